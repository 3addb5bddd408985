"""Measuring translations of text against references."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unicodedata import is_normalized

from seqkit.data.pair_sides import sides_of
from seqkit.data.pairs import read_pairs
from seqkit.errors import SeqkitError
from seqkit.evaluation.corpus_metric import measured
from seqkit.evaluation.metric import PERCENT, Metric
from seqkit.evaluation.report import Report
from seqkit.evaluation.resampling import few
from seqkit.evaluation.sacre import tokenizer_for
from seqkit.evaluation.translation import (
    Compared,
    TranslationScores,
    compare_translations,
    score_translations,
)
from seqkit.examples import Pair, RecordErrors
from seqkit.models.artifact import load_for
from seqkit.models.usable import faults_named, usable_pairs
from seqkit.tasks.contract import EvaluationRequest
from seqkit.tasks.seq2seq.apply import translate_lines
from seqkit.tasks.seq2seq.evaluate import Head, check_reads_same, decoding_of
from seqkit.tasks.seq2seq.options import Seq2SeqEvaluation
from seqkit.tasks.seq2seq.text_report import TranslationPart, further_parts
from seqkit.terminal.argument_paths import listed


def evaluate_text(translator: Any, request: EvaluationRequest) -> Report:
    """sacreBLEU's metrics with intervals, exact matches, BLEU by length of the source."""
    options: Seq2SeqEvaluation = request.options
    options.refuse("the model writes text, and a judge is for media", "judge")
    own = translator.facts
    sides = sides_of(
        request.source, options.source or own.source_language, options.target or own.target_language
    )
    tokenizer = tokenizer_for(sides[1], options.tokenize)
    rival = _rival(translator, request)
    pairs = _pairs(translator, request, sides)
    request.tell(tokenizer.note)
    with faults_named(translator, pairs, targets=False):
        outputs = _outputs(translator, pairs, options)
    references = [str(pair.target) for pair in pairs]
    request.tell(_unreachable(references))
    (encoder,) = translator.encoders
    sources = [pair.sources[encoder] for pair in pairs]
    scores = score_translations(sources, outputs, references, sides, tokenizer)
    comparison: list[Compared] = []
    if rival is not None:
        request.tell(few(len(pairs)))
        others = _outputs(rival, pairs, options)
        comparison = compare_translations(outputs, others, references, sides[1], tokenizer)
    more = [measured(name, outputs, references, language=sides[1]) for name in listed(options.metric)]
    head = Head(request, f"{sides[0]} to {sides[1]}")
    parts = [TranslationPart(scores), *further_parts(more, comparison)]
    return head.report(scores.pairs, [*_metrics(scores), *more], parts)


def _metrics(scores: TranslationScores) -> list[Metric]:
    """From 0 to 100, as sacreBLEU has them; exact matches as a share."""
    found = [score.as_metric(name) for name, score in scores.metrics.items()]
    return [*found, Metric("exact_match", scores.exact.value or 0.0, scores.exact.interval, unit=PERCENT)]


def _rival(translator: Any, request: EvaluationRequest) -> Any:
    if not request.compare:
        return None
    rival = load_for("seq2seq", request.compare, request.inference_dtype)
    check_reads_same(translator, rival, request)
    return rival


def _pairs(translator: Any, request: EvaluationRequest, sides: tuple[str, str]) -> list[Pair]:
    problems = RecordErrors(skip=request.skip_bad)
    (encoder,) = translator.encoders
    parts = {"encoder": encoder, "decoder": translator.options.decoder}
    pairs = list(read_pairs(request.source, request.split or "", *sides, problems, longest=0, **parts))
    if request.skip_bad:
        pairs = usable_pairs(translator, pairs, problems, targets=False)
    request.tell(problems.summary())
    if not pairs:
        raise SeqkitError(
            f"{request.source}: holds no pair to evaluate on", "Give a file with source and target."
        )
    return pairs


def _unreachable(references: Sequence[str]) -> str:
    """A note on references that no output can equal letter for letter, for models write composed characters."""
    count = sum(not is_normalized("NFC", reference) for reference in references)
    if not count:
        return ""
    return f"{count:,} reference(s) are not composed (NFC), as outputs are: BLEU, chrF and TER count that as errors"


def _outputs(translator: Any, pairs: Sequence[Pair], options: Seq2SeqEvaluation) -> list[str]:
    """The best output for each pair's source."""
    lines = (line for pair in pairs for line in pair.sources.values())
    found = translate_lines([translator], lines, decoding_of(options))
    return [translations[0].text if translations else "" for translations in found]
