"""`seqkit evaluate`: which measure a model gets is told by its task."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from seqkit.cli import evaluate_tagging, evaluate_translation
from seqkit.cli.inputs import check_apart
from seqkit.cli.limits import MaxFrames, MaxPixels, MaxSeconds

TASKS: dict[str, tuple[Callable[[str, str, str, dict[str, Any]], None], tuple[str, ...]]] = {
    "tagging": (evaluate_tagging.evaluate_tagging, evaluate_tagging.OPTIONS),
    "seq2seq": (evaluate_translation.evaluate_translation, evaluate_translation.OPTIONS),
}
"""Task -> who measures such models, and the options that are theirs alone."""


def evaluate(
    model: Annotated[str, typer.Argument(help="A model by name, or its folder.")],
    source: Annotated[
        str,
        typer.Argument(
            metavar="CORPUS_OR_FILES", help="A corpus by name; a labelled file; parallel text as a.en,a.de."
        ),
    ],
    split: Annotated[str, typer.Option(help="Split of the corpus: train, dev or test. Default: test.")] = "",
    label: Annotated[
        str, typer.Option(help="Tagging: kinds of label, with commas: upos, xpos, feats, ner … Default: all.")
    ] = "",
    gold: Annotated[
        str, typer.Option(help="Tagging: score against a spaCy pipeline's labels: spacy:NAME_OR_PATH.")
    ] = "",
    raw: Annotated[
        bool, typer.Option("--raw", help="Tagging: split the raw text anew; word-aligned scores.")
    ] = False,
    lang: Annotated[str, typer.Option(help="Tagging: language code for --raw. Default: the model's.")] = "",
    confusion_plot: Annotated[
        Path | None,
        typer.Option(
            "--confusion-plot", help="Tagging: picture of the confusions of the first kind of label."
        ),
    ] = None,
    source_side: Annotated[
        str, typer.Option("--source", help="Seq2seq: the side that is read. Default: the model's.")
    ] = "",
    target_side: Annotated[
        str, typer.Option("--target", help="Seq2seq: the side to be written. Default: the model's.")
    ] = "",
    beam: Annotated[
        int | None, typer.Option(min=1, help="Seq2seq: width of the beam; 1 is greedy. Default: 5.")
    ] = None,
    length_penalty: Annotated[
        float | None, typer.Option(help="Seq2seq: rank by log P / length ** this. Default: 1.")
    ] = None,
    max_ratio: Annotated[
        float | None,
        typer.Option(help="Seq2seq: longest output: this times the source, and 10 pieces. Default: 3."),
    ] = None,
    tokenize: Annotated[
        str, typer.Option(help="Seq2seq: sacreBLEU's tokenizer. Default: the target language's, else 13a.")
    ] = "",
    judge: Annotated[
        str,
        typer.Option(
            help="Seq2seq that draws: a trained model that reads what was drawn; is it what was told?"
        ),
    ] = "",
    max_seconds: MaxSeconds = None,
    max_pixels: MaxPixels = None,
    max_frames: MaxFrames = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON in place of the tables.")] = False,
    compare: Annotated[
        str, typer.Option("--compare", help="Another model: is the difference more than chance?")
    ] = "",
    calibration: Annotated[
        bool,
        typer.Option(
            "--calibration",
            help="Tagging: are the probabilities true, before and after temperature scaling?",
        ),
    ] = False,
    precision: Annotated[
        str,
        typer.Option(
            help="Number format of the computation: float32, bfloat16, int8 (taggers). Default: the model's."
        ),
    ] = "",
    card: Annotated[bool, typer.Option("--card", help="Add the scores to the model's card.")] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave bad records out and count them.")
    ] = False,
) -> None:
    """Measure a tagger on labelled words or raw text, a sequence-to-sequence model on pairs of any modality."""
    from seqkit.evaluation.pictures import check_picture
    from seqkit.models.folder import model_info

    given = {
        "label": label,
        "gold": gold,
        "raw": raw,
        "lang": lang,
        "confusion_plot": confusion_plot,
        "source": source_side,
        "target": target_side,
        "beam": beam,
        "length_penalty": length_penalty,
        "max_ratio": max_ratio,
        "tokenize": tokenize,
        "judge": judge,
        "max_seconds": max_seconds,
        "max_pixels": max_pixels,
        "max_frames": max_frames,
        "as_json": as_json,
        "compare": compare,
        "calibration": calibration,
        "precision": precision,
        "card": card,
        "skip_bad": skip_bad,
    }
    task = str(model_info(model).config["task"])
    _check_options(model, task, given)
    if confusion_plot is not None:
        check_apart({"--confusion-plot": confusion_plot}, [source])
        check_picture(confusion_plot)
    TASKS[task][0](model, source, _split_of(source, split), given)


def _split_of(source: str, split: str) -> str:
    """The split that is meant. Raises SeqkitError for one of a file."""
    from seqkit.errors import SeqkitError
    from seqkit.pairs import names_pair_files

    if split and names_pair_files(source):
        raise SeqkitError(
            f"--split {split}: {source} is no corpus, and has none", "Leave it out.", exit_code=2
        )
    return split or "test"


def _is_given(value: Any) -> bool:
    """0 is given, though it equals False."""
    return value is not None and value is not False and value != ""


def _check_options(model: str, task: str, given: dict[str, Any]) -> None:
    """Raise SeqkitError for a task that nothing here measures, and for an option that the task does not have."""
    from seqkit.errors import SeqkitError

    if task not in TASKS:
        fix = f"It measures models for {' and '.join(TASKS)}."
        raise SeqkitError(f"{model}: a model for {task}, which `evaluate` does not know", fix, exit_code=2)
    for other, (_, options) in TASKS.items():
        for option in options:
            if other != task and _is_given(given[option]):
                name = f"--{option.replace('_', '-')}"
                raise SeqkitError(
                    f"{name}: is for models of {other}, this is one of {task}", "Leave it out.", exit_code=2
                )
