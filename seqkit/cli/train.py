"""`seqkit train`."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqkit.extend.manager import registry
from seqkit.terminal.flags import Flags, unsuitable, with_flags
from seqkit.terminal.inputs import check_utf8

if TYPE_CHECKING:
    from seqkit.training.request import TrainingRequest
    from seqkit.training.state import Progress


def train(
    model: Annotated[
        str,
        typer.Argument(help="What to train: rnn, birnn, deeprnn, lstm, gru, sru, seq2seq, or a plugin's."),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the model and the run's files.")
    ] = None,
    corpus: Annotated[
        str | None, typer.Option(help="A corpus by name (`seqkit corpora list`).", show_default=False)
    ] = None,
    train_files: Annotated[
        list[str] | None,
        typer.Option("--train", help="A file to train on, instead of a corpus; may be repeated."),
    ] = None,
    dev_files: Annotated[
        list[str] | None, typer.Option("--dev", help="A file to choose the best epoch by; may be repeated.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", help="A trained model to begin with, and train further: name or folder."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="A TOML file with [model], [training] and other sections, as a run's config.toml."),
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="One option: key=value; may be repeated.")
    ] = None,
    options: Annotated[
        bool, typer.Option("--options", help="List every option of this model with default and meaning.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Seed of everything random.")] = None,
    threads: Annotated[int | None, typer.Option(help="Threads to use. Default: torch's choice.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run in --out stopped.")] = False,
    skip_bad: Annotated[
        bool | None, typer.Option("--skip-bad", help="Leave bad records out and count them.")
    ] = None,
    *,
    given: Mapping[str, Any],
) -> None:
    """Train a tagger from a treebank, spaCy Docs, or raw text and a pipeline; seq2seq from pairs; a plugin's model."""
    from seqkit.config import parse_settings
    from seqkit.errors import SeqkitError

    _check_of_task(model, given)
    settings = parse_settings(set_ or [])
    settings |= {key: value for key, value in (("seed", seed), ("threads", threads)) if value is not None}
    sources = {
        "model": model,
        "corpus": corpus,
        "train": train_files or None,
        "dev": dev_files or None,
        "start": start,
        "skip_bad": skip_bad,
    }
    if options:
        from seqkit.cli.train_options import show_options

        show_options(model, settings)
        return
    if out is None:
        raise SeqkitError(
            "Missing option '--out'", "Name a folder for the model: --out runs/NAME.", exit_code=2
        )
    paths = {"--out": [os.fspath(out)], "--train": train_files, "--dev": dev_files, "--from": [start or ""]}
    _check_paths(out, {**paths, "--config": [os.fspath(config or "")], "--teacher": given.get("teacher")})
    values = {name: value for name, value in {**sources, **given}.items() if value is not None}
    request = _request(out, values, settings, config, resume)
    if request is not None:
        _run(request, out)


def _check_paths(out: Path, named: Mapping[str, list[str] | None]) -> None:
    """Raise SeqkitError for names that no file can have, and for the name of a model that ships."""
    from seqkit.errors import SeqkitError
    from seqkit.models.folder import is_shipped

    for option, paths in named.items():
        for path in paths or []:
            check_utf8(option, os.path.abspath(path))
    if is_shipped(os.fspath(out)):
        problem = f"--out {out}: is the name of a model that ships, which commands would take in its place"
        raise SeqkitError(problem, "Choose another name.", exit_code=2)


def _request(
    out: Path, given: Mapping[str, Any], settings: Mapping[str, Any], config: Path | None, resume: bool
) -> TrainingRequest | None:
    """What is to be trained; None where the run that is to be resumed is finished."""
    from seqkit.errors import SeqkitError
    from seqkit.io.atomic import check_folder
    from seqkit.models.folder import MANIFEST, TRAINING
    from seqkit.training.provenance import check_begun
    from seqkit.training.request import CONFIG, check_unchanged, check_used, make_request

    begun = out / TRAINING / CONFIG
    configs = [config] if config else []
    if resume and begun.exists():
        if not (out / MANIFEST).exists():
            check_begun(begun.parent)
        request = make_request(given, [begun, *configs], settings)
        check_unchanged(begun.parent, request)
        if (out / MANIFEST).exists():
            print(f"{out}: this run is finished", file=sys.stderr)
            return None
    else:
        if resume and not ("corpus" in given or "train" in given or config):
            raise SeqkitError(
                f"{out}: holds no run to resume", "Name the folder given to --out then.", exit_code=2
            )
        request = make_request(given, configs, settings)
        check_used(request)
        check_folder(out)
        if any(path.is_file() for path in out.rglob("*")):
            raise SeqkitError(
                f"{out}: exists already", "Go on with it by --resume, or choose another --out.", exit_code=2
            )
    if bool(request.sources.corpus) == bool(request.sources.train):
        raise SeqkitError(
            "no training data given, or two kinds of it",
            "Give either --corpus NAME or --train FILE.",
            exit_code=2,
        )
    return request


def _run(request: TrainingRequest, out: Path) -> None:
    """Train, and say what came of it. Ends with 128 + the number of the signal that stopped it."""
    from seqkit.extend.blame import faults_named
    from seqkit.models.folder import TRAINING, model_info
    from seqkit.terminal.progress import TrainingReporter
    from seqkit.training.loop import Stopped
    from seqkit.training.request import CONFIG
    from seqkit.training.run import train as run

    command = shlex.join(["seqkit", *sys.argv[1:]])
    try:
        with TrainingReporter() as reporter, faults_named():
            progress = run(request, out, command, reporter)
    except (Stopped, KeyboardInterrupt) as stop:
        code = stop.exit_code if isinstance(stop, Stopped) else 130
        if not (out / TRAINING / CONFIG).exists():
            print("stopped before the first step; nothing was written", file=sys.stderr)
            raise typer.Exit(code) from None
        again = shlex.join(["seqkit", "train", request.sources.model, "--out", os.fspath(out), "--resume"])
        said = "stopped, and nothing is lost" if isinstance(stop, Stopped) else "stopped"
        print(f"{said}; go on with: {again}", file=sys.stderr)
        raise typer.Exit(code) from None
    silver = " on SILVER labels" if model_info(os.fspath(out)).config["silver"] else ""
    score = f", dev {_measured(progress)}{silver}" if progress.best else ""
    print(
        f"{out}: epoch {progress.best_epoch} kept{score}, {progress.seconds / 60:.1f} minutes",
        file=sys.stderr,
    )


def _measured(progress: Progress) -> str:
    """The best score on dev, and what it is."""
    return f"{progress.best[0].title} {progress.best[0].shown}"


def _check_of_task(model: str, given: Mapping[str, Any]) -> None:
    """Raise SeqkitError for an option that models of this task do not take."""
    from seqkit.errors import SeqkitError

    task = registry().find("models", model).task
    found = unsuitable(given, flags(), task)
    if found:
        fix = f"Leave it out: {model} does not take it."
        raise SeqkitError(f"{found[0]}: not for a model for {task}", fix, exit_code=2)


def flags() -> Flags:
    """The options that tasks add; where several have one, the type is a built-in task's."""
    tasks = sorted(registry().all("tasks"), key=lambda one: not one.builtin)
    return Flags.of((one.spec.name, one.spec.options) for one in tasks)


def command() -> Callable[..., None]:
    """The command with the options of all tasks."""
    return with_flags(train, flags())
