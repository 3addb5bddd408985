"""Apply a model to whole corpora: `seqkit.run_batch`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from seqkit.api.models import Name, checked_name
from seqkit.config import fill
from seqkit.errors import SeqkitError
from seqkit.extend.manager import registry
from seqkit.extend.specs import NoOptions, TaskSpec
from seqkit.formats.fields import named
from seqkit.option_fields import option_fields
from seqkit.runtime.devices import computing_on, device_name, on_cpu
from seqkit.tasks.application import ApplyRequest, Reading
from seqkit.tasks.option_types import with_checked_options

if TYPE_CHECKING:
    from seqkit.batch.request import BatchRequest
    from seqkit.batch.results import Summary

ENGINE = "local"


@with_checked_options
def run_batch(
    verb: str,
    inputs: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    out: str | PathLike[str],
    model: Name = "",
    format: str = "",
    from_: str = "",
    text_field: str = "",
    id_field: str = "",
    keep: str | Sequence[str] | None = None,
    drop: str | Sequence[str] = (),
    engine: str = ENGINE,
    processes: int = 0,
    threads: int = 1,
    shard: tuple[int, int] = (1, 1),
    extend: bool = False,
    retries: int = 2,
    on_error: str = "skip",
    part_size: int = 0,
    any_cpu: bool = False,
    device: str = "",
    inference_dtype: str = "",
    progress: bool = False,
    **options: Any,
) -> Summary:
    """Apply a model to whole corpora, as `seqkit batch VERB` does. The same call continues a stopped run.

    >>> import pathlib, seqkit, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.txt").write_text("She left. He stays.")
    >>> summary = seqkit.run_batch("tag", folder / "a.txt", out=folder / "out", processes=1)
    >>> summary.finished, summary.totals.words
    (True, 6)

    Args: verb, the command of the task, such as tag; inputs, folders, patterns, files, zip files or URLs; out, folder
    (or URL) of the outputs; shard, (i, n): do this one of n shares of the work; progress, show it; the others, and
    options of the task and of the engine, as of the command. Raises SeqkitError for a batch that cannot begin; what
    failed on the way is in the summary.
    """
    from seqkit.batch.progress import Progress, Silent
    from seqkit.batch.request import task_of
    from seqkit.batch.run import run_batch as run

    if not isinstance(verb, str):
        raise TypeError(f"expected the command of a task (str), got {type(verb).__name__}")
    _check_least(0, processes=processes, retries=retries, part_size=part_size)
    _check_least(1, threads=threads)
    with computing_on(device):
        request = batch_request(
            task_of(verb),
            inputs=_paths(inputs),
            out=checked_name(out),
            model=checked_name(model),
            reading=Reading(
                from_, text_field, id_field, None if keep is None else _fields(keep), _fields(drop)
            ),
            inference_dtype=inference_dtype,
            engine=engine,
            given=options,
            on_error=on_error,
            format=format,
            processes=processes,
            threads=threads,
            shard=_checked_shard(shard),
            extend=extend,
            retries=retries,
            part_bytes=part_size,
            any_cpu=any_cpu,
        )
        return run(request, Progress() if progress else Silent())


def _fields(names: str | Sequence[str]) -> tuple[str, ...]:
    """Names of fields: several, or one text with commas."""
    return named([names] if isinstance(names, str) else list(names))


def _check_least(least: int, **numbers: int) -> None:
    """Raise SeqkitError for a number that is too small."""
    for name, number in numbers.items():
        if number < least:
            raise SeqkitError(f"{name}={number}: is too small", f"It must be at least {least}.", exit_code=2)


def _checked_shard(shard: tuple[int, int]) -> tuple[int, int]:
    """The share. Raises SeqkitError if it is not one."""
    if len(shard) == 2 and all(type(number) is int for number in shard) and 1 <= shard[0] <= shard[1]:
        return shard
    raise SeqkitError(f"shard={shard}: is not (i, n)", "Give (1, 16) to (16, 16).", exit_code=2)


def batch_request(
    spec: TaskSpec,
    *,
    inputs: Sequence[str],
    out: str,
    model: str,
    reading: Reading,
    inference_dtype: str,
    engine: str,
    given: Mapping[str, Any],
    on_error: str,
    processes: int,
    **others: Any,
) -> BatchRequest:
    """The request of a batch. Args: given, options of the task and of the engine, by name. Raises SeqkitError."""
    from seqkit.batch.request import BatchRequest

    engine_kind = registry().find("engines", engine).options
    kind = spec.application or NoOptions
    of_task = {field.name for field in option_fields(kind)}
    filled = fill({"options": kind}, {key: value for key, value in given.items() if key in of_task})
    rest = {key: value for key, value in given.items() if key not in of_task}
    return BatchRequest(
        verb=spec.verb,
        inputs=tuple(inputs),
        out=out,
        apply=ApplyRequest(model, filled["options"], inference_dtype, reading, device_name()),
        engine=engine,
        engine_options=_engine_options(engine, engine_kind, rest),
        stop_on_error=_stops(on_error),
        processes=processes if on_cpu() else processes or 1,  # workers would share one accelerator
        **others,
    )


def _engine_options(engine: str, options: type, given: Mapping[str, Any]) -> Any:
    """The engine's options. Raises SeqkitError for an option of another engine."""
    known = {field.name for field in option_fields(options)}
    for name in given:
        if name not in known:
            problem = f"--{name.replace('_', '-')}: is not for the engine {engine}"
            raise SeqkitError(problem, "Choose another --engine, or leave it out.", exit_code=2)
    return fill({"engine": options}, given)["engine"]


def _stops(on_error: str) -> bool:
    if on_error not in ("skip", "stop"):
        raise SeqkitError(f"--on-error {on_error}: unknown", "Choose skip or stop.", exit_code=2)
    return on_error == "stop"


def _paths(inputs: object) -> tuple[str, ...]:
    """Inputs as text. Raises TypeError for anything else."""
    several = [inputs] if isinstance(inputs, str | PathLike) else inputs
    if not isinstance(several, Iterable):
        raise TypeError(f"expected files or folders (str or path), got {type(inputs).__name__}")
    several = list(several)
    for one in several:
        if not isinstance(one, str | PathLike):
            raise TypeError(f"expected files or folders (str or path), got {type(one).__name__}")
    return tuple(map(fspath, several))
