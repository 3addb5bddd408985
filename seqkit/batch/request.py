"""The request of a batch, and its resolution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from seqkit.batch.inputs import InputFile, check_apart, check_distinct, find_inputs, output_name
from seqkit.batch.jobs import Target
from seqkit.errors import SeqkitError, did_you_mean
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import FormatSpec, TaskSpec
from seqkit.io.packing import suffix_of_packing
from seqkit.io.text_files import suffix_of
from seqkit.models.folder import absolute_model, is_shipped
from seqkit.tasks.application import ApplyRequest, Limits


@dataclass(frozen=True)
class BatchRequest:
    """One call of `seqkit batch VERB`."""

    verb: str
    inputs: tuple[str, ...]
    out: str
    """Path or URL of the output folder."""
    apply: ApplyRequest
    format: str = ""
    """Format of the outputs; "": that of the inputs."""
    engine: str = "local"
    engine_options: Any = None
    processes: int = 0
    """Number of workers; 0: one per core."""
    threads: int = 1
    """Threads per worker."""
    shard: tuple[int, int] = (1, 1)
    """Number of this shard, from 1, and the number of shards."""
    extend: bool = False
    """Whether to add new inputs to a run."""
    retries: int = 2
    """Maximum number of retries of a part after its worker died."""
    stop_on_error: bool = False
    """Whether the first bad record ends the run."""
    part_bytes: int = 0
    """Size of a part in bytes; 0: the task's default."""
    any_cpu: bool = False
    """Whether to continue a run on a processor of another class."""


@dataclass
class Resolved:
    """A request with its task, model, format, inputs and outputs."""

    request: BatchRequest
    spec: TaskSpec
    task: Any
    apply: ApplyRequest
    format: FormatSpec
    files: list[InputFile]
    cuts: list[str]
    targets: list[Target]
    limits: Limits
    skipped: tuple[str, ...] = ()
    """Paths in folders that no reader can read."""


def task_of(verb: str) -> TaskSpec:
    """Return the task of a verb. Raises SeqkitError if no task with this verb can be applied to files."""
    able = {
        one.spec.verb: one.spec for one in registry().all("tasks") if one.spec.application and one.spec.verb
    }
    if verb not in able:
        raise SeqkitError(f"batch {verb}: no task has this command", did_you_mean(verb, able), exit_code=2)
    return able[verb]


def resolve(request: BatchRequest) -> Resolved:
    """Find inputs, model, format and names of outputs. Raises SeqkitError if they do not exist or are inconsistent."""
    spec = task_of(request.verb)
    task = load(spec.implementation)()
    apply = request.apply
    model = apply.model or task.default_model(apply)
    apply = replace(apply, model=model if is_shipped(model) else absolute_model(model))
    check_apart(request.inputs, request.out)
    files, skipped = find_inputs(request.inputs, lambda name: _readable(task, apply, name))
    format = _format(task, apply, request.format, files)
    cuts = [task.cuts(file.path, apply) for file in files]
    limits = Limits(task.parts.records, request.part_bytes or task.parts.size)
    suffix = format.suffixes[0] if format.suffixes else ".txt"
    names = [output_name(file, suffix, format.packs) for file in files]
    check_distinct(files, names)
    targets = [Target(name, suffix_of_packing(name)) for name in names]
    return Resolved(request, spec, task, apply, format, files, cuts, targets, limits, tuple(skipped))


def _readable(task: Any, apply: ApplyRequest, name: str) -> bool:
    """Whether a file in a folder can be read, by its suffix."""
    from seqkit.formats.fields import holds_records

    if apply.reading.format:
        return True
    if apply.reading.text_field:
        return holds_records(name)
    suffix = suffix_of(name)
    return any(
        suffix in one.spec.suffixes and (one.spec.reader or one.spec.cuts != "whole")
        for one in registry().all("formats")
    )


def _format(task: Any, apply: ApplyRequest, wanted: str, files: list[InputFile]) -> FormatSpec:
    """The format of the outputs."""
    supported = {file.path: task.formats(file.path, apply) for file in _of_each_suffix(files)}
    if not wanted:
        defaults = {able[0]: path for path, able in supported.items()}
        if len(defaults) > 1:
            formats = ", ".join(f"{path} as {name}" for name, path in defaults.items())
            raise SeqkitError(
                f"outputs would be in several formats: {formats}", "Choose one: --format.", exit_code=2
            )
        wanted = next(iter(defaults))
    for path, able in supported.items():
        if wanted not in able:
            problem = f"--format {wanted}: not for outputs of {path} with these options"
            raise SeqkitError(problem, f"Choose one of {', '.join(able)}.", exit_code=2)
    spec: FormatSpec = registry().find("formats", wanted)
    return spec


def _of_each_suffix(files: list[InputFile]) -> list[InputFile]:
    return list({suffix_of(file.path): file for file in reversed(files)}.values())
