"""Evaluate models that read or write more than text."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from seqkit.data.items import read_media_pairs
from seqkit.decoding.options import DecodingOptions
from seqkit.errors import SeqkitError
from seqkit.evaluation.corpus_metric import measured
from seqkit.evaluation.drawing import DrawingScores, judged, log_likelihood, mean_squared_error
from seqkit.evaluation.metric import Metric
from seqkit.evaluation.recognition import RecognitionScores, compare_recognition, score_recognition
from seqkit.evaluation.report import Part, Report
from seqkit.evaluation.resampling import few
from seqkit.evaluation.sacre import tokenizer_for
from seqkit.evaluation.translation import Compared
from seqkit.examples import Pair, RecordErrors
from seqkit.media import Limits
from seqkit.models.artifact import load_for
from seqkit.models.modalities import SymbolDecoder
from seqkit.models.usable import faults_named, usable_pairs
from seqkit.tasks.contract import EvaluationRequest
from seqkit.tasks.seq2seq.apply import outputs_of, translate_sources
from seqkit.tasks.seq2seq.evaluate import Head, check_reads_same, decoding_of
from seqkit.tasks.seq2seq.media_report import DrawingPart, RecognitionPart
from seqkit.tasks.seq2seq.options import Seq2SeqEvaluation
from seqkit.tasks.seq2seq.text_report import further_parts
from seqkit.terminal.argument_paths import listed

Found = tuple[list[Part], list[Metric]]
"""Scores as parts of a report, and as values."""


def evaluate_media(translator: Any, request: EvaluationRequest) -> Report:
    """Scores by modality: of text that was read from media, or of media that were written."""
    encoders, decoder = list(translator.encoders), translator.options.decoder
    writes_text = isinstance(translator.decoder, SymbolDecoder)
    pairs = _pairs(translator, request, targets=not writes_text)
    head = Head(request, f"{', '.join(encoders)} to {decoder}")
    measure = _recognised if writes_text else _drawn
    with faults_named(translator, pairs, targets=not writes_text):
        parts, metrics = measure(translator, pairs, request)
    return head.report(len(pairs), metrics, parts)


def _pairs(translator: Any, request: EvaluationRequest, targets: bool) -> list[Pair]:
    encoders, decoder = list(translator.encoders), translator.options.decoder
    options: Seq2SeqEvaluation = request.options
    limits = Limits(options.max_seconds, options.max_pixels, options.max_frames)
    problems = RecordErrors(skip=request.skip_bad)
    split = request.split or ""
    pairs = list(read_media_pairs(request.source, split, encoders, decoder, problems, limits))
    if request.skip_bad:
        pairs = usable_pairs(translator, pairs, problems, targets=targets)
    request.tell(problems.summary())
    if not pairs:
        raise SeqkitError(
            f"{request.source}: holds no pair to evaluate on", "Give a table with source and target."
        )
    return pairs


def _recognised(translator: Any, pairs: Sequence[Pair], request: EvaluationRequest) -> Found:
    """Evaluate text from sources of any modality."""
    options: Seq2SeqEvaluation = request.options
    options.refuse("the model writes text, and a judge is for media", "judge")
    side = options.target or translator.facts.target_language
    tokenizer = tokenizer_for(side, options.tokenize)
    outputs, references = texts(translator, pairs, options), [str(pair.target) for pair in pairs]
    scores = score_recognition(outputs, references, side, tokenizer)
    more = [measured(name, outputs, references, language=side) for name in listed(options.metric)]
    rows: list[Compared] = []
    if request.compare:
        rival = load_for("seq2seq", request.compare, request.inference_dtype)
        check_reads_same(translator, rival, request)
        request.tell(few(len(pairs)))
        rows = compare_recognition(outputs, texts(rival, pairs, options), references)
    parts = [RecognitionPart(scores), *further_parts(more, rows)]
    return parts, [*_recognition_metrics(scores), *more]


def _recognition_metrics(scores: RecognitionScores) -> list[Metric]:
    rates = {"word_error": scores.word_error, "character_error": scores.character_error}
    return [
        Metric("exact_match", scores.exact.value or 0.0, scores.exact.interval),
        *(
            Metric(name, rate.value, (rate.low, rate.high), higher_is_better=False)
            for name, rate in rates.items()
        ),
    ]


def _drawn(translator: Any, pairs: Sequence[Pair], request: EvaluationRequest) -> Found:
    """Evaluate outputs that are not text: their likelihood, and the scores of a judge if one is named."""
    options: Seq2SeqEvaluation = request.options
    of_text = ("beam", "length_penalty", "max_ratio", "tokenize", "metric")
    options.refuse("is for models that write text", *of_text)
    if request.compare:
        raise SeqkitError("--compare: is for models that write text", "Leave it out.", exit_code=2)
    error = mean_squared_error(translator, pairs)
    scores = DrawingScores(len(pairs), log_likelihood(translator, pairs), squared_error=error)
    if options.judge:
        scores = _judged(scores, translator, pairs, options)
    metric = Metric("log_likelihood", scores.log_likelihood, unit="an example", likelihood=True)
    metrics = [metric]
    if error is not None:
        metrics.insert(0, Metric("squared_error", error, higher_is_better=False, unit=""))
    return [DrawingPart(scores)], metrics


def _judged(
    scores: DrawingScores, translator: Any, pairs: Sequence[Pair], options: Seq2SeqEvaluation
) -> DrawingScores:
    """The scores with the judge's reading of the outputs and of the targets."""
    name = translator.options.decoder
    judge = _judge(options.judge, name)
    references = [_text_of(pair) for pair in pairs]
    outputs = list(outputs_of([translator], (pair.sources for pair in pairs), DecodingOptions()))
    drawn = [Pair({name: own[0].value if own else None}) for own in outputs]
    real = [Pair({name: pair.target}) for pair in pairs]
    verdicts = [judged(texts(judge, clips, options), references) for clips in (drawn, real)]
    return dataclasses.replace(scores, drawn=verdicts[0], real=verdicts[1])


def _judge(name: str, modality: str) -> Any:
    """The model that reads the outputs. Raises SeqkitError for a model of other modalities."""
    judge = load_for("seq2seq", name)
    if list(judge.encoders) != [modality] or not isinstance(judge.decoder, SymbolDecoder):
        problem = f"--judge {name}: reads {', '.join(judge.encoders)} and writes {judge.options.decoder}"
        raise SeqkitError(problem, f"It must read {modality} and write text.", exit_code=2)
    return judge


def _text_of(pair: Pair) -> str:
    if "text" not in pair.sources:
        fix = "A judge compares what it reads with the text of the source."
        raise SeqkitError("--judge: the sources are not text", fix, exit_code=2)
    return str(pair.sources["text"])


def texts(translator: Any, pairs: Sequence[Pair], options: Seq2SeqEvaluation) -> list[str]:
    """The best output for each pair's source."""
    # An input that is None could not be drawn.
    sources = (
        None if any(value is None for value in pair.sources.values()) else pair.sources for pair in pairs
    )
    found = translate_sources([translator], sources, decoding_of(options))
    return [translations[0].text if translations else "" for translations in found]
