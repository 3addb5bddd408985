"""Measuring a tagger: on labelled words, or from raw text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seqkit.data.labelled import labelled_sentences
from seqkit.errors import SeqkitError
from seqkit.evaluation.calibration import measure_calibration
from seqkit.evaluation.compare import Comparison, compare
from seqkit.evaluation.metric import Metric
from seqkit.evaluation.pictures import check_picture, letters_of_any_script
from seqkit.evaluation.plots import confusion_matrix
from seqkit.evaluation.report import Report, silver_warning
from seqkit.evaluation.resampling import few
from seqkit.evaluation.run import evaluate_raw, evaluate_tagger, kinds_to_score, predict
from seqkit.evaluation.spans import order_note
from seqkit.evaluation.tagging import TaggingScores
from seqkit.examples import RecordErrors, Sentence
from seqkit.tasks.contract import EvaluationRequest
from seqkit.tasks.segmenting import segmenter_of
from seqkit.tasks.tagging.loading import load_tagger
from seqkit.tasks.tagging.options import TaggingEvaluation
from seqkit.tasks.tagging.report import RawPart, counted, tagging_parts
from seqkit.terminal.argument_paths import check_apart, listed
from seqkit.text.silver_labels import labeller_of


def evaluate_tagging(request: EvaluationRequest) -> Report:
    """Scores of a tagger. Raises SeqkitError for options that contradict each other, and for data without labels."""
    options: TaggingEvaluation = request.options
    _check(request, options)
    tagger = load_tagger(request.model, request.inference_dtype)
    # Loaded before the work, so that a slip in its name does not cost the scores of the first.
    rival = load_tagger(request.compare, request.inference_dtype) if request.compare else None
    wanted, given = listed(options.label), tuple(tagger.facts.labels)
    sentences = _sentences(request, wanted or given)
    kinds = kinds_to_score(wanted, given, sentences, request.source)
    for note in filter(None, (order_note(sentences, kind) for kind in kinds)):
        request.tell(note)
    if options.raw:
        return _raw_report(request, tagger, sentences, kinds)
    both = _kinds_of_both(rival, request.compare, kinds) if rival is not None else []
    scores = evaluate_tagger(tagger, sentences, kinds)
    comparisons = _compare(request, tagger, rival, sentences, both) if rival is not None else []
    calibrations = measure_calibration(tagger.model, sentences, kinds) if options.calibration else []
    title, silver = _title(request, tagger.facts.silver), tagger.facts.silver
    if options.confusion_plot is not None:
        _plot(request, title, scores, kinds[0], options.confusion_plot)
    return Report(
        title=f"{title}: {counted(scores)}",
        metrics=_metrics(scores, kinds),
        facts=_head(request, silver),
        section=_card_title(request),
        counted=counted(scores),
        parts=tagging_parts(scores, comparisons, calibrations),
    )


def _check(request: EvaluationRequest, options: TaggingEvaluation) -> None:
    if options.raw and (options.confusion_plot or request.compare or options.calibration or request.card):
        fix = "Leave out --raw, or --confusion-plot, --compare, --calibration and --card."
        raise SeqkitError(
            "--raw gives scores of its own: its words differ from the gold ones", fix, exit_code=2
        )
    for given, name in ((options.lang, "--lang"), (options.segmenter, "--segmenter")):
        if given and not options.raw:
            raise SeqkitError(
                f"{name}: is for --raw, which splits the text again", "Leave it out.", exit_code=2
            )
    if options.confusion_plot is not None:
        check_apart({"--confusion-plot": options.confusion_plot}, [request.source])
        check_picture(options.confusion_plot)


def _sentences(request: EvaluationRequest, kinds: Sequence[str]) -> list[Sentence]:
    problems = RecordErrors(skip=request.skip_bad)
    labeller = labeller_of(request.options.gold)
    examples = labelled_sentences(request.source, request.split or "", labeller, problems, kinds)
    sentences = [sentence for sentence in examples if sentence.words]
    request.tell(problems.summary())
    return sentences


def _head(request: EvaluationRequest, silver: str | None) -> dict[str, Any]:
    """The measurements, for JSON."""
    return {"model": request.model, "source": request.source, "split": request.split, "silver": silver}


def _title(request: EvaluationRequest, silver: str | None) -> str:
    learnt = f" (learnt from SILVER labels by {silver})" if silver else ""
    return f"{request.model}{learnt} on {request.where}"


def _card_title(request: EvaluationRequest) -> str:
    """The title: measurements with other options have a separate one, and so a separate section in the card."""
    options: TaggingEvaluation = request.options
    special = [name for name in (options.gold, options.label, request.inference_dtype) if name]
    return f"Accuracy on {request.where}" + (f" ({'; '.join(special)})" if special else "")


def _metrics(scores: TaggingScores, kinds: Sequence[str]) -> list[Metric]:
    found = []
    for kind in kinds:
        if kind in scores.spans:
            found.append(Metric(f"{kind}_f1", scores.spans[kind].overall.f1))
        accuracy = scores.kinds[kind].overall
        found.append(Metric(kind, accuracy.value or 0.0, accuracy.interval))
    return found


def _raw_report(
    request: EvaluationRequest, tagger: Any, sentences: Sequence[Sentence], kinds: Sequence[str]
) -> Report:
    options: TaggingEvaluation = request.options
    segmenter = segmenter_of(request.model, tagger.facts.language, options.segmenter, options.lang)
    request.tell(segmenter.note)
    scores = evaluate_raw(tagger, sentences, kinds, segmenter)
    silver = tagger.facts.silver
    return Report(
        title=_title(request, silver),
        metrics=[Metric(name, score.f1) for name, score in scores.metrics.items()],
        facts=_head(request, silver),
        parts=[RawPart(scores)],
    )


def _kinds_of_both(rival: Any, name: str, kinds: Sequence[str]) -> list[str]:
    """Kinds of label to compare. Raises SeqkitError if there are none."""
    both = [kind for kind in kinds if kind in rival.facts.labels]
    if not both:
        problem = f"--compare {name}: gives none of {', '.join(kinds)}"
        raise SeqkitError(problem, f"It gives {', '.join(rival.facts.labels)}.", exit_code=2)
    return both


def _compare(
    request: EvaluationRequest, tagger: Any, rival: Any, sentences: Sequence[Sentence], kinds: Sequence[str]
) -> list[Comparison]:
    request.tell(few(len(sentences)))
    a, b = predict(tagger, sentences), predict(rival, sentences)
    return [compare(sentences, a, b, kind) for kind in kinds]


def _plot(request: EvaluationRequest, title: str, scores: TaggingScores, kind: str, picture: Path) -> None:
    marked = "\n".join(filter(None, [f"{title}: {kind}", silver_warning(scores.silver)]))
    with letters_of_any_script() as missing:
        confusion_matrix(scores.kinds[kind], marked, picture)
    for note in missing:
        request.tell(note)
    request.tell(f"{picture}: confusions of {kind}")
