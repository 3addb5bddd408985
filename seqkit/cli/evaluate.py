"""`seqkit evaluate`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqkit.cli.inputs import OTHER_TASKS, listed

if TYPE_CHECKING:
    from seqkit.evaluation.calibration import Calibration
    from seqkit.evaluation.compare import Comparison
    from seqkit.evaluation.report import Table
    from seqkit.formats.examples import Sentence


def evaluate(
    model: Annotated[str, typer.Argument(help="A model by name, or its folder.")],
    source: Annotated[
        str, typer.Argument(metavar="CORPUS_OR_FILE", help="A corpus by name, or a labelled file.")
    ],
    split: Annotated[str, typer.Option(help="Split of the corpus: train, dev or test.")] = "test",
    label: Annotated[
        str, typer.Option(help="Kinds of label, with commas: upos, xpos, feats. Default: all.")
    ] = "",
    gold: Annotated[
        str, typer.Option(help="Score against a spaCy pipeline's labels: spacy:NAME_OR_PATH.")
    ] = "",
    raw: Annotated[bool, typer.Option("--raw", help="Split the raw text anew; word-aligned scores.")] = False,
    lang: Annotated[str, typer.Option(help="Language code for --raw. Default: the model's.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON in place of the tables.")] = False,
    confusion_plot: Annotated[
        Path | None,
        typer.Option("--confusion-plot", help="PNG of the confusions of the first kind of label."),
    ] = None,
    compare: Annotated[
        str, typer.Option("--compare", help="Another model: is the difference more than chance?")
    ] = "",
    calibration: Annotated[
        bool,
        typer.Option(
            "--calibration", help="Are the probabilities true, before and after temperature scaling?"
        ),
    ] = False,
    card: Annotated[bool, typer.Option("--card", help="Add the accuracies to the model's card.")] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave bad records out and count them.")
    ] = False,
) -> None:
    """Measure a tagger on labelled words, or from raw text."""
    from seqkit.errors import SeqkitError
    from seqkit.formats.examples import Problems

    if raw and (confusion_plot or compare or calibration or card):
        fix = "Leave out --raw, or --confusion-plot, --compare, --calibration and --card."
        raise SeqkitError(
            "--raw gives scores of its own: its words differ from the gold ones", fix, exit_code=2
        )

    from seqkit.evaluation.run import evaluate_raw, evaluate_tagger, kinds_to_score
    from seqkit.models.artifact import load_for
    from seqkit.text.gold import labeller_of
    from seqkit.text.sources import labelled_sentences

    problems = Problems(skip=skip_bad)
    tagger = load_for("tagging", model, OTHER_TASKS)
    language = lang or tagger.facts.language
    examples = labelled_sentences(source, split, labeller_of(gold), problems)
    sentences = [sentence for sentence in examples if sentence.words]
    wanted = listed(label)
    kinds = kinds_to_score(wanted, tuple(tagger.facts.labels), sentences, source)
    _say(problems.summary())
    head = {
        "model": model,
        "source": source,
        "split": split if _is_corpus(source) else None,
        "silver": tagger.facts.silver,
    }
    if raw:
        _show_raw(head, evaluate_raw(tagger, sentences, kinds, language), as_json)
        return
    scores = evaluate_tagger(tagger, sentences, kinds)
    comparisons = _compare(tagger, compare, sentences, kinds) if compare else []
    calibrations = _calibrations(tagger, sentences, kinds) if calibration else []
    # Files first: whoever reads stdout may go away in the middle.
    if confusion_plot is not None:
        _plot(head, scores, kinds[0], confusion_plot)
    if card:
        _add_to_card(model, head, scores)
    _show_tagging(head, scores, comparisons, calibrations, as_json)


def _is_corpus(source: str) -> bool:
    from seqkit.catalogue import names_file

    return not names_file(source)


def _compare(
    tagger: Any, other: str, sentences: Sequence[Sentence], kinds: Sequence[str]
) -> list[Comparison]:
    from seqkit.evaluation.compare import compare
    from seqkit.models.artifact import load_for

    rival = load_for("tagging", other, OTHER_TASKS)
    both = [kind for kind in kinds if kind in rival.facts.labels]
    a, b = tagger.predict(sentences), rival.predict(sentences)
    return [compare(sentences, a, b, kind) for kind in both]


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
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    tables = tagging_tables(scores)
    tables += [comparison_table(comparisons)] if comparisons else []
    tables += [calibration_table(calibrations)] if calibrations else []
    _print(f"{_title(head)}: {scores.sentences:,} sentences, {scores.words:,} words", tables)


def _show_raw(head: dict[str, Any], scores: Any, as_json: bool) -> None:
    from seqkit.evaluation.report import raw_dict, raw_tables

    if as_json:
        typer.echo(json.dumps(head | raw_dict(scores), ensure_ascii=False, indent=2))
    else:
        _print(_title(head), raw_tables(scores))


def _title(head: dict[str, Any]) -> str:
    silver = f" (learnt from SILVER labels by {head['silver']})" if head["silver"] else ""
    return f"{head['model']}{silver} on {head['source']}{' ' + head['split'] if head['split'] else ''}"


def _print(title: str, tables: Sequence[Table]) -> None:
    from seqkit.cli.render import table

    typer.echo(title)
    for part in tables:
        typer.echo(f"\n{part.title}\n{table(part.header, part.rows)}")


def _add_to_card(model: str, head: dict[str, Any], scores: Any) -> None:
    from seqkit.evaluation.report import card_section
    from seqkit.models.folder import add_to_card, model_folder

    title = " ".join(filter(None, ("Accuracy on", head["source"], head["split"])))
    add_to_card(model_folder(model), title, card_section(scores))


def _plot(head: dict[str, Any], scores: Any, kind: str, picture: Path) -> None:
    from seqkit.evaluation.plots import confusion_matrix
    from seqkit.evaluation.report import silver_warning

    title = "\n".join(filter(None, [f"{_title(head)}: {kind}", silver_warning(scores.silver)]))
    confusion_matrix(scores.kinds[kind], title, picture)
    _say(f"{picture}: confusions of {kind}")


def _say(message: str) -> None:
    """One line on stderr, where there is something to say."""
    if message:
        print(message, file=sys.stderr)
