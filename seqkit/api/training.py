"""Train a model: `seqkit.train`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from os import PathLike, fspath
from pathlib import Path
from typing import Any, get_origin

from seqkit.api.models import Name, checked_name, load
from seqkit.api.train_request import TrainCommand
from seqkit.extend.manager import registry
from seqkit.option_fields import option_fields
from seqkit.runtime.devices import computing_on
from seqkit.tasks.loaded import LoadedModel
from seqkit.tasks.option_types import with_checked_options
from seqkit.training.request_sections import task_of as trained_by

Files = str | PathLike[str] | Iterable[str | PathLike[str]]


@with_checked_options
def train(
    model: str,
    *,
    out: str | PathLike[str],
    corpus: str | None = None,
    train: Files | None = None,
    dev: Files | None = None,
    from_: Name | None = None,
    config: str | PathLike[str] | None = None,
    seed: int | None = None,
    threads: int | None = None,
    device: str = "",
    resume: bool = False,
    skip_bad: bool | None = None,
    progress: bool = False,
    **options: Any,
) -> LoadedModel:
    """Train a model, as `seqkit train` does, and load it.

    >>> import seqkit, tempfile
    >>> out = tempfile.mkdtemp()
    >>> tagger = seqkit.train("rnn", corpus="sample-english", out=out, epochs=1, hidden=8, threads=1)
    >>> len(tagger.tag("She left. He stays."))
    2

    Args: model, what is trained: lstm, seq2seq, lm or another (`seqkit train --help`); out, folder for the model and
    the run's files; corpus, a corpus by name, or train, files; dev, files to choose the best epoch by; from_, a trained
    model that is trained further; config, a TOML file of options; device, cpu, cuda, cuda:1, mps or auto; resume, go on
    with the stopped run in `out`; progress, show it; options, those of the task and all that `--set` accepts, such as
    `label="upos"` and `hidden=256`. An option whose name has a dot is given as `**{"objective.samples": 8}`.

    Threads, random numbers and deterministic mode of torch are put back at the end. Raises SeqkitError, and
    KeyboardInterrupt when it is interrupted: the same call with `resume=True` then goes on.
    """
    if not isinstance(model, str):
        raise TypeError(f"expected a model to train (str), got {type(model).__name__}")
    asked = TrainCommand(
        model=model,
        corpus=corpus,
        train=_paths(train),
        dev=_paths(dev),
        start=None if from_ is None else checked_name(from_),
        skip_bad=skip_bad,
        settings=_settings(model, options, seed, threads),
        configs=() if config is None else (Path(config),),
    )
    folder = Path(checked_name(out))
    asked.check_paths(folder)
    request = asked.request(folder, resume)
    if request is not None:
        with computing_on(device):
            _run(request, folder, _line(asked, folder, device), progress)
    return load(folder)


def _run(request: Any, out: Path, command: str, progress: bool) -> None:
    from seqkit.extend.blame import faults_named
    from seqkit.extend.process_state import state_kept
    from seqkit.training.run import train as run
    from seqkit.training.stopping import Stopped

    with _reporter(progress) as reporter, faults_named(), state_kept():
        try:
            run(request, out, command, reporter)
        except Stopped as stop:
            raise KeyboardInterrupt(f"stopped, and nothing is lost; go on in {out} by resume=True") from stop


class Quiet:
    """A reporter that shows nothing."""

    def start(self, epochs: int, minutes: float) -> None:
        """Before the first batch."""

    def step(self, progress: Any, batches: int) -> None:
        """After each batch."""

    def epoch(self, row: Mapping[str, Any], scores: Sequence[Any]) -> None:
        """After each epoch."""

    def note(self, message: str) -> None:
        """A remark."""


def _reporter(progress: bool) -> AbstractContextManager[Any]:
    if not progress:
        return nullcontext(Quiet())
    from seqkit.terminal.progress import TrainingReporter

    return TrainingReporter()


def _settings(
    model: str, options: Mapping[str, Any], seed: int | None, threads: int | None
) -> dict[str, Any]:
    """Options in the form of the request: a path as text, one or several values as a tuple."""
    numbers = {"seed": seed, "threads": threads}
    given = {**options, **{name: value for name, value in numbers.items() if value is not None}}
    fields = option_fields(trained_by(registry().find("models", model)).options)
    several = {field.name for field in fields if get_origin(field.annotation) is tuple}
    return {
        name: (value,) if name in several and isinstance(value, str) else _plain(value)
        for name, value in given.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, PathLike):
        return fspath(value)
    return tuple(_plain(one) for one in value) if isinstance(value, list | tuple) else value


def _paths(given: Files | None) -> tuple[str, ...] | None:
    """Files as text. Raises TypeError for anything else."""
    if given is None:
        return None
    several = [given] if isinstance(given, str | PathLike) else list(given)
    for one in several:
        if not isinstance(one, str | PathLike):
            raise TypeError(f"expected files (str or path), got {type(one).__name__}")
    return tuple(fspath(one) for one in several)


def _line(asked: TrainCommand, out: Path, device: str) -> str:
    """The equivalent command, for the model card."""
    words = ["seqkit", "train", asked.model]
    for flag, values in (("--train", asked.train), ("--dev", asked.dev)):
        words += [word for value in values or () for word in (flag, value)]
    config = next(iter(asked.configs), None)
    single = {"--corpus": asked.corpus, "--from": asked.start, "--config": config, "--out": out}
    single |= {"--device": device or None}
    words += [str(word) for flag, value in single.items() if value is not None for word in (flag, value)]
    words += ["--skip-bad"] if asked.skip_bad else []
    for name, value in asked.settings.items():
        for one in value if isinstance(value, tuple) else [value]:
            words += _option(name, one, name in _flags(asked.model))
    return shlex.join(words)


def _flags(model: str) -> set[str]:
    """The names of the options that the command has for the model's task."""
    return {field.name for field in option_fields(trained_by(registry().find("models", model)).options)}


def _option(name: str, value: Any, flag: bool) -> list[str]:
    """An option in the form of the command. Args: flag, whether the command has such an option; else --set."""
    if not flag:
        return ["--set", f"{name}={str(value).lower() if isinstance(value, bool) else value}"]
    if isinstance(value, bool):
        return [f"--{'' if value else 'no-'}{name.replace('_', '-')}"]
    return [f"--{name.replace('_', '-')}", str(value)]
