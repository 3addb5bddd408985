"""`seqkit train`: train a model of any task."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqkit.api.train_request import TrainCommand
from seqkit.extend.manager import registry
from seqkit.terminal.arguments import Device
from seqkit.terminal.flags import Flags, unsuitable, with_flags

if TYPE_CHECKING:
    from seqkit.training.group import Group
    from seqkit.training.request import TrainingRequest
    from seqkit.training.state import Progress


def train(
    model: Annotated[
        str,
        typer.Argument(
            help="Model to train: rnn, birnn, deeprnn, lstm, gru, sru, seq2seq, lm, or a plugin's."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the model and the run's files.")
    ] = None,
    corpus: Annotated[
        str | None, typer.Option(help="A corpus by name (`seqkit corpora list`).", show_default=False)
    ] = None,
    train_files: Annotated[
        list[str] | None,
        typer.Option("--train", help="A training file, instead of a corpus; may be repeated."),
    ] = None,
    dev_files: Annotated[
        list[str] | None,
        typer.Option("--dev", help="A dev file, for choosing the best epoch; may be repeated."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", help="A trained model to fine-tune: name or folder."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="A TOML file with [model], [training] and other sections, like a run's config.toml."
        ),
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="One option: key=value; may be repeated.")
    ] = None,
    options: Annotated[
        bool, typer.Option("--options", help="List every option of this model with default and meaning.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Seed of all random choices. Default: 1.")] = None,
    threads: Annotated[int | None, typer.Option(help="Number of threads. Default: torch's choice.")] = None,
    device: Device = "",
    devices: Annotated[
        int | None,
        typer.Option(
            "--devices",
            min=1,
            max=1024,
            help="Processes of this machine, each with a device, that share every batch. Default: 1.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the stopped run in --out.")] = False,
    skip_bad: Annotated[
        bool | None,
        typer.Option("--skip-bad/--no-skip-bad", help="Skip bad records and count them.", show_default=False),
    ] = None,
    *,
    given: Mapping[str, Any],
) -> None:
    """Train a model: a tagger from a treebank, spaCy Docs, or raw text and a pipeline; seq2seq from pairs.

    \b
    Examples:
      seqkit train lstm --corpus ud-english-ewt --out runs/en
      seqkit train seq2seq --corpus multi30k --source de --target en \\
          --out runs/de-en
      seqkit train lstm --out runs/en --resume
    """
    from seqkit.config import parse_settings
    from seqkit.errors import SeqkitError
    from seqkit.runtime.devices import check_enough, use_device
    from seqkit.training.members import check_devices, is_member, launch

    _check_of_task(model, given)
    numbers = {"seed": seed, "threads": threads}
    arguments = TrainCommand(
        model=model,
        corpus=corpus,
        train=tuple(train_files) if train_files else None,
        dev=tuple(dev_files) if dev_files else None,
        start=start,
        skip_bad=skip_bad,
        options=given,
        settings={**parse_settings(set_ or []), **{k: v for k, v in numbers.items() if v is not None}},
        configs=(config,) if config else (),
    )
    if options:
        from seqkit.cli.train_options import show_options

        show_options(arguments)
        return
    if out is None:
        raise SeqkitError(
            "Missing option '--out'", "Name a folder for the model: --out runs/NAME.", exit_code=2
        )
    check_devices(devices or 0)
    if (devices or 1) > 1 and not is_member():
        use_device(device)  # Report a missing device once, before the processes start.
        check_enough(device, devices or 1)
        raise typer.Exit(launch(devices or 1, sys.argv[1:]))
    use_device(device)
    arguments.check_paths(out)
    if is_member():
        from seqkit.cli.train_together import train_together

        train_together(arguments, out, resume, _run)
        return
    request = arguments.request(out, resume)
    if request is not None:
        _run(request, out)
    else:
        print(f"{out}: this run is finished", file=sys.stderr)


def _run(request: TrainingRequest, out: Path, group: Group | None = None) -> None:
    """Train and report the result. The exit code is 128 + the number of the signal that stopped the training.

    Args: group, the processes that train together, of which this one is the first.
    """
    from seqkit.extend.blame import faults_named
    from seqkit.models.folder import TRAINING, model_info
    from seqkit.terminal.progress import TrainingReporter
    from seqkit.training.request_file import CONFIG
    from seqkit.training.run import train as run
    from seqkit.training.stopping import Stopped

    command = shlex.join(["seqkit", *sys.argv[1:]])
    try:
        with TrainingReporter() as reporter, faults_named():
            progress = run(request, out, command, reporter, group)
    except (Stopped, KeyboardInterrupt) as stop:
        code = stop.exit_code if isinstance(stop, Stopped) else 130
        if not (out / TRAINING / CONFIG).exists():
            print("stopped before the first step; nothing was written", file=sys.stderr)
            raise typer.Exit(code) from None
        several = ["--devices", str(group.size)] if group is not None else []
        resume = shlex.join(
            ["seqkit", "train", request.sources.model, "--out", os.fspath(out), *several, "--resume"]
        )
        state = "stopped; the state is saved" if isinstance(stop, Stopped) else "stopped"
        print(f"{state}. Continue with: {resume}", file=sys.stderr)
        raise typer.Exit(code) from None
    silver = " on SILVER labels" if model_info(os.fspath(out)).config["silver"] else ""
    score = f", dev {_measured(progress)}{silver}" if progress.best else ""
    print(
        f"{out}: epoch {progress.best_epoch} kept{score}, {progress.seconds / 60:.1f} minutes",
        file=sys.stderr,
    )


def _measured(progress: Progress) -> str:
    """The best score on dev, with its name."""
    return f"{progress.best[0].title} {progress.best[0].shown}"


def _check_of_task(model: str, given: Mapping[str, Any]) -> None:
    """Raise SeqkitError for an option that models of this task do not have."""
    from seqkit.errors import SeqkitError

    task = registry().find("models", model).task
    if mismatch := unsuitable(given, flags(), task):
        fix = f"Leave it out: {model} does not have this option."
        raise SeqkitError(f"{mismatch[0]}: not for a model for {task}", fix, exit_code=2)


def flags() -> Flags:
    """Return the options that tasks add. An option of several tasks has the type of the built-in task."""
    tasks = sorted(registry().all("tasks"), key=lambda one: not one.builtin)
    return Flags.of((one.spec.name, one.spec.options) for one in tasks)


def command() -> Callable[..., None]:
    """Create the command with the options of all tasks."""
    return with_flags(train, flags(), negatable=True)
