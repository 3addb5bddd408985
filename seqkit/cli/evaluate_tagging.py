"""`seqkit evaluate` for taggers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqkit.cli.inputs import OTHER_TASKS, listed
from seqkit.cli.render import print_tables, say, show_json

if TYPE_CHECKING:
    from seqkit.evaluation.calibration import Calibration
    from seqkit.evaluation.compare import Comparison
    from seqkit.formats.examples import Sentence

OPTIONS = ("label", "gold", "raw", "lang", "confusion_plot", "calibration")
"""Options of the command that only taggers take."""


def evaluate_tagging(model: str, source: str, split: str, given: dict[str, Any]) -> None:
    """Measure a tagger on labelled words, or from raw text. `given` are the other options of the command."""
    from seqkit.errors import SeqkitError

    raw, compare, calibration, card = given["raw"], given["compare"], given["calibration"], given["card"]
    confusion_plot: Path | None = given["confusion_plot"]
    if raw and (confusion_plot or compare or calibration or card):
        fix = "Leave out --raw, or --confusion-plot, --compare, --calibration and --card."
        raise SeqkitError(
            "--raw gives scores of its own: its words differ from the gold ones", fix, exit_code=2
        )
    if given["lang"] and not raw:
        raise SeqkitError("--lang: is for --raw, which splits text anew", "Leave it out.", exit_code=2)

    from seqkit.catalogue import names_file
    from seqkit.evaluation.run import evaluate_raw, evaluate_tagger, kinds_to_score
    from seqkit.evaluation.spans import order_note
    from seqkit.formats.examples import Problems
    from seqkit.models.artifact import load_for
    from seqkit.text.gold import labeller_of
    from seqkit.text.sources import labelled_sentences
    from seqkit.text.words import splitter

    problems = Problems(skip=given["skip_bad"])
    tagger = load_for("tagging", model, OTHER_TASKS, given["precision"])
    # Before the work, that a slip in its name may not cost the scores of the first.
    rival = load_for("tagging", compare, OTHER_TASKS, given["precision"]) if compare else None
    language = given["lang"] or tagger.facts.language
    wanted, given_kinds = listed(given["label"]), tuple(tagger.facts.labels)
    labeller = labeller_of(given["gold"])
    examples = labelled_sentences(source, split, labeller, problems, wanted or given_kinds)
    sentences = [sentence for sentence in examples if sentence.words]
    say(problems.summary())
    kinds = kinds_to_score(wanted, given_kinds, sentences, source)
    for note in filter(None, (order_note(sentences, kind) for kind in kinds)):
        say(note)
    both = _kinds_of_both(rival, compare, kinds) if rival is not None else []
    head = {
        "model": model,
        "source": source,
        "split": None if names_file(source) else split,
        "silver": tagger.facts.silver,
    }
    if raw:
        say(splitter(language).note)
        _show_raw(head, evaluate_raw(tagger, sentences, kinds, language), given["as_json"])
        return
    scores = evaluate_tagger(tagger, sentences, kinds)
    comparisons = _compare(tagger, rival, sentences, both) if rival is not None else []
    calibrations = _calibrations(tagger, sentences, kinds) if calibration else []
    # Files first: whoever reads stdout may go away in the middle.
    if confusion_plot is not None:
        _plot(head, scores, kinds[0], confusion_plot)
    if card:
        _add_to_card(model, head, given, scores)
    _show_tagging(head, scores, comparisons, calibrations, given["as_json"])


def _kinds_of_both(rival: Any, name: str, kinds: Sequence[str]) -> list[str]:
    """Kinds of label to compare. Raises SeqkitError where there is none."""
    from seqkit.errors import SeqkitError

    both = [kind for kind in kinds if kind in rival.facts.labels]
    if not both:
        problem = f"--compare {name}: gives none of {', '.join(kinds)}"
        raise SeqkitError(problem, f"It gives {', '.join(rival.facts.labels)}.", exit_code=2)
    return both


def _compare(
    tagger: Any, rival: Any, sentences: Sequence[Sentence], kinds: Sequence[str]
) -> list[Comparison]:
    from seqkit.evaluation.compare import compare
    from seqkit.evaluation.resampling import few
    from seqkit.evaluation.run import predict

    say(few(len(sentences)))
    a, b = predict(tagger, sentences), predict(rival, sentences)
    return [compare(sentences, a, b, kind) for kind in kinds]


def _calibrations(tagger: Any, sentences: Sequence[Sentence], kinds: Sequence[str]) -> list[Calibration]:
    from seqkit.evaluation.calibration import measure_calibration

    return measure_calibration(tagger, sentences, kinds)


def _show_tagging(
    head: dict[str, Any],
    scores: Any,
    comparisons: Sequence[Comparison],
    calibrations: Sequence[Calibration],
    as_json: bool,
) -> None:
    from seqkit.evaluation.report import calibration_table, comparison_table, tagging_dict, tagging_tables

    if as_json:
        found = head | tagging_dict(scores)
        if comparisons:
            found["comparison"] = [asdict(comparison) for comparison in comparisons]
        if calibrations:
            found["calibration"] = [asdict(calibration) for calibration in calibrations]
        show_json(found)
        return
    tables = tagging_tables(scores)
    tables += [comparison_table(comparisons)] if comparisons else []
    tables += [calibration_table(calibrations)] if calibrations else []
    print_tables(f"{_title(head)}: {scores.sentences:,} sentences, {scores.words:,} words", tables)


def _show_raw(head: dict[str, Any], scores: Any, as_json: bool) -> None:
    from seqkit.evaluation.report import raw_dict, raw_tables

    if as_json:
        show_json(head | raw_dict(scores))
    else:
        print_tables(_title(head), raw_tables(scores))


def _title(head: dict[str, Any]) -> str:
    silver = f" (learnt from SILVER labels by {head['silver']})" if head["silver"] else ""
    return f"{head['model']}{silver} on {head['source']}{' ' + head['split'] if head['split'] else ''}"


def _add_to_card(model: str, head: dict[str, Any], given: dict[str, Any], scores: Any) -> None:
    """What was measured otherwise than by default has a title, and so a place, of its own."""
    from seqkit.evaluation.report import card_section
    from seqkit.models.folder import add_to_card, model_folder

    title = " ".join(filter(None, ("Accuracy on", head["source"], head["split"])))
    special = [name for name in (given["gold"], given["label"], given["precision"]) if name]
    if special:
        title += f" ({'; '.join(special)})"
    add_to_card(model_folder(model), title, card_section(scores))


def _plot(head: dict[str, Any], scores: Any, kind: str, picture: Path) -> None:
    from seqkit.evaluation.pictures import letters_of_any_script
    from seqkit.evaluation.plots import confusion_matrix
    from seqkit.evaluation.report import silver_warning

    title = "\n".join(filter(None, [f"{_title(head)}: {kind}", silver_warning(scores.silver)]))
    with letters_of_any_script() as missing:
        confusion_matrix(scores.kinds[kind], title, picture)
    for note in missing:
        say(note)
    say(f"{picture}: confusions of {kind}")
