"""`seqkit train`."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqkit.cli.inputs import check_utf8, listed
from seqkit.cli.limits import MaxFrames, MaxPixels, MaxSeconds

if TYPE_CHECKING:
    from seqkit.training.state import Progress

OF_OTHERS = {
    "seq2seq": ("gold", "teacher", "label", "lang"),
    "tagging": ("source", "target", "max_seconds", "max_pixels", "max_frames"),
}
"""Task of a model -> options that only models of another task take."""


def train(
    model: Annotated[
        str,
        typer.Argument(help="What to train: rnn, birnn, deeprnn, lstm, gru, sru, seq2seq, or a plugin's."),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for the model and the run's files.")],
    corpus: Annotated[str, typer.Option(help="A corpus by name (`seqkit corpora list`).")] = "",
    train_files: Annotated[
        list[str] | None,
        typer.Option("--train", help="A file to train on, instead of a corpus; may be repeated."),
    ] = None,
    dev_files: Annotated[
        list[str] | None, typer.Option("--dev", help="A file to choose the best epoch by; may be repeated.")
    ] = None,
    start: Annotated[
        str,
        typer.Option("--from", help="A trained model to begin with, and train further: name or folder."),
    ] = "",
    gold: Annotated[str, typer.Option(help="Label raw text with a spaCy pipeline: spacy:NAME_OR_PATH.")] = "",
    teacher: Annotated[
        list[str] | None,
        typer.Option(
            "--teacher", help="A trained model to learn from, too: name or folder; may be repeated."
        ),
    ] = None,
    label: Annotated[
        str,
        typer.Option(
            help="Kinds of label, with commas: upos, xpos, feats, ner … Default: all that are read unasked."
        ),
    ] = "",
    source: Annotated[str, typer.Option(help="Side of parallel text that is read, such as en.")] = "",
    target: Annotated[str, typer.Option(help="Side of parallel text that is written, such as de.")] = "",
    lang: Annotated[
        str, typer.Option(help="Language code of the text. Default: the corpus's, else xx.")
    ] = "",
    config: Annotated[
        Path | None, typer.Option(help="A TOML file with [model] and [training] options.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="One option: key=value; may be repeated.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything random.")] = None,
    threads: Annotated[int | None, typer.Option(help="Threads to use. Default: torch's choice.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run in --out stopped.")] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave bad records out and count them.")
    ] = False,
    max_seconds: MaxSeconds = None,
    max_pixels: MaxPixels = None,
    max_frames: MaxFrames = None,
) -> None:
    """Train a tagger from a treebank, spaCy Docs, or raw text and a spaCy pipeline; or seq2seq from parallel text."""
    from seqkit.cli.progress import TrainingReporter
    from seqkit.config import parse_settings
    from seqkit.errors import SeqkitError
    from seqkit.files import check_folder
    from seqkit.models.folder import MANIFEST, TRAINING, is_shipped, model_info
    from seqkit.training.request import CONFIG, check_unchanged, check_used, make_request

    named = {"--out": [os.fspath(out)], "--train": train_files, "--dev": dev_files, "--from": [start]}
    for option, paths in (named | {"--teacher": teacher, "--config": [os.fspath(config or "")]}).items():
        for path in paths or []:
            check_utf8(option, os.path.abspath(path))
    if is_shipped(os.fspath(out)):
        problem = f"--out {out}: is the name of a model that ships, which commands would take in its place"
        raise SeqkitError(problem, "Choose another name.", exit_code=2)
    begun = out / TRAINING / CONFIG
    settings = parse_settings(set_ or [])
    settings |= {key: value for key, value in (("seed", seed), ("threads", threads)) if value is not None}
    given = {
        "model": model,
        "corpus": corpus,
        "train": train_files or [],
        "dev": dev_files or [],
        "start": start,
        "gold": gold,
        "teacher": teacher or [],
        "label": listed(label),
        "source": source,
        "target": target,
        "lang": lang,
        "skip_bad": skip_bad,
        "max_seconds": max_seconds,
        "max_pixels": max_pixels,
        "max_frames": max_frames,
    }
    _check_of_task(given)
    if resume and begun.exists():
        request = make_request(given, [begun, *([config] if config else [])], settings)
        check_unchanged(begun.parent, request)
        if (out / MANIFEST).exists():
            print(f"{out}: this run is finished", file=sys.stderr)
            return
    else:
        if resume and not (corpus or train_files or config):
            raise SeqkitError(
                f"{out}: holds no run to resume", "Name the folder given to --out then.", exit_code=2
            )
        request = make_request(given, [config] if config else [], settings)
        check_used(request)
        check_folder(out)
        if any(path.is_file() for path in out.rglob("*")):
            raise SeqkitError(
                f"{out}: exists already", "Go on with it by --resume, or choose another --out.", exit_code=2
            )
    sources = request.sources
    if bool(sources.corpus) == bool(sources.train):
        raise SeqkitError("train on what?", "Give either --corpus NAME or --train FILE.", exit_code=2)

    from seqkit.training.loop import Stopped
    from seqkit.training.run import train as run

    command = shlex.join(["seqkit", *sys.argv[1:]])
    try:
        with TrainingReporter() as reporter:
            progress = run(request, out, command, reporter)
    except (Stopped, KeyboardInterrupt) as stop:
        if not begun.exists():
            print("stopped before the first step; nothing was written", file=sys.stderr)
            raise typer.Exit(130) from None
        again = shlex.join(["seqkit", "train", model, "--out", os.fspath(out), "--resume"])
        said = "stopped, and nothing is lost" if isinstance(stop, Stopped) else "stopped"
        print(f"{said}; go on with: {again}", file=sys.stderr)
        raise typer.Exit(130) from None
    silver = " on SILVER labels" if model_info(os.fspath(out)).config["silver"] else ""
    score = f", dev {_measured(progress)}{silver}" if progress.best_score is not None else ""
    print(
        f"{out}: epoch {progress.best_epoch} kept{score}, {progress.seconds / 60:.1f} minutes",
        file=sys.stderr,
    )


def _check_of_task(given: dict[str, Any]) -> None:
    """Raise SeqkitError for an option that models of this task do not take."""
    from seqkit.errors import SeqkitError
    from seqkit.extend.manager import registry

    task = registry().find("models", given["model"]).task
    for name in OF_OTHERS.get(task, ()):
        if given[name]:
            fix = f"Leave it out: {given['model']} does not take it."
            raise SeqkitError(f"--{name.replace('_', '-')}: not for a model for {task}", fix, exit_code=2)


def _measured(progress: Progress) -> str:
    """The best score on dev, and what it is."""
    assert progress.best_score is not None
    name = next((key.removeprefix("dev_") for key in progress.rows[-1] if key.startswith("dev_")), "")
    if name == "bleu":
        return f"BLEU {100 * progress.best_score:.2f} (greedy)"
    if name == "exact":
        return f"exact {100 * progress.best_score:.2f} % (greedy)"
    if name == "log_likelihood":
        return f"log-likelihood {progress.best_score:.4f} a step"
    if name.endswith("_f1"):
        return f"F1 {100 * progress.best_score:.2f} %"
    return f"accuracy {100 * progress.best_score:.2f} %"
