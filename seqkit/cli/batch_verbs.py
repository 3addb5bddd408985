"""The commands `seqkit batch VERB`, one for each task that can be applied to files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from seqkit.extend.manager import registry
from seqkit.extend.specs import TaskSpec
from seqkit.terminal.arguments import Device, Drop, IdField, Keep, TextField
from seqkit.terminal.flags import Flags, with_flags

ENGINE = "local"


def _run(
    spec: TaskSpec,
    inputs: list[str],
    out: str,
    model: str,
    format: str,
    from_: str,
    text_field: str,
    id_field: str,
    keep: list[str] | None,
    drop: list[str] | None,
    engine: str,
    processes: int,
    threads: int,
    shard: str,
    extend: bool,
    retries: int,
    on_error: str,
    part_size: int,
    any_cpu: bool,
    device: str,
    inference_dtype: str,
    as_json: bool,
    given: dict[str, Any],
) -> None:
    from seqkit.api.batches import batch_request
    from seqkit.batch.progress import Progress, Silent
    from seqkit.batch.run import run_batch
    from seqkit.formats.fields import named
    from seqkit.runtime.devices import use_device
    from seqkit.tasks.application import Reading

    use_device(device)
    kept = named(keep) if keep is not None else None
    request = batch_request(
        spec,
        inputs=inputs,
        out=out,
        model=model,
        reading=Reading(from_, text_field, id_field, kept, named(drop or [])),
        inference_dtype=inference_dtype,
        engine=engine,
        given=given,
        on_error=on_error,
        format=format,
        processes=processes,
        threads=threads,
        shard=_shard(shard),
        extend=extend,
        retries=retries,
        part_bytes=part_size,
        any_cpu=any_cpu,
    )
    summary = run_batch(request, Silent() if as_json else Progress())
    _report(summary, out, as_json)


def _report(summary: Any, out: str, as_json: bool) -> None:
    """Print the totals. Raises typer.Exit with 1 if a part failed, with 3 if records were bad."""
    import dataclasses

    from seqkit.terminal.tables import say, show_json

    totals = summary.totals
    if as_json:
        show_json(
            {
                "finished": summary.finished,
                **dataclasses.asdict(totals),
                "failed": list(summary.failed),
            }
        )
    else:
        state = "finished" if summary.finished else "not finished"
        say(f"{state}: {totals.records:,} records, {totals.words:,} words in {out}")
        say(f"{totals.bad:,} bad record(s) skipped: see {out}/errors.jsonl" if totals.bad else "")
        for reason in summary.failed[:5]:
            say(f"failed: {reason}")
        if not summary.finished:
            say("to continue, run the same command again")
    if summary.exit_code:
        raise typer.Exit(summary.exit_code)


def _shard(text: str) -> tuple[int, int]:
    """Parse a shard such as `3/16`. Raises SeqkitError if it is not of this form."""
    from seqkit.errors import SeqkitError

    number, slash, count = text.partition("/")
    if slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count):
        return int(number), int(count)
    raise SeqkitError(f"--shard {text}: is not of the form i/n", "Write 1/16 to 16/16.", exit_code=2)


def command_of(spec: TaskSpec) -> Callable[..., None]:
    """Create the command of a task, with the options of the task and of engines."""

    def command(
        inputs: Annotated[list[str], typer.Argument(help="Folders, patterns, files, zip files or URLs.")],
        out: Annotated[str, typer.Option("--out", "-o", help="Folder (or URL) of the outputs.")],
        model: Annotated[str, typer.Option("--model", "-m", help="Model: name or folder.")] = "",
        format: Annotated[
            str, typer.Option("--format", "-f", help="Format of the outputs. Default: that of the inputs.")
        ] = "",
        from_: Annotated[
            str, typer.Option("--from", help="Format of the inputs. Default: by their suffixes.")
        ] = "",
        text_field: TextField = "",
        id_field: IdField = "",
        keep: Keep = None,
        drop: Drop = None,
        engine: Annotated[
            str, typer.Option("--engine", help="Engine that runs the parts: seqkit plugins --kind engines.")
        ] = ENGINE,
        processes: Annotated[
            int,
            typer.Option(
                "--processes", min=0, help="Number of workers. 0: one per core.", show_default=False
            ),
        ] = 0,
        threads: Annotated[int, typer.Option("--threads", min=1, help="Threads per worker.")] = 1,
        shard: Annotated[str, typer.Option("--shard", help="i/n: process shard i of n of the work.")] = "1/1",
        extend: Annotated[
            bool, typer.Option("--extend", help="Also process inputs that were added after the run began.")
        ] = False,
        retries: Annotated[
            int, typer.Option("--retries", min=0, help="Number of retries for a part whose worker died.")
        ] = 2,
        on_error: Annotated[
            str, typer.Option("--on-error", help="For bad records: skip (and list them) or stop.")
        ] = "skip",
        part_size: Annotated[
            int,
            typer.Option(
                "--part-size", min=0, help="Size of a part in bytes. 0: the task's.", show_default=False
            ),
        ] = 0,
        any_cpu: Annotated[
            bool,
            typer.Option("--any-cpu", help="Continue on processors of another class; outputs may differ."),
        ] = False,
        device: Device = "",
        inference_dtype: Annotated[
            str,
            typer.Option(
                "--inference-dtype", help="Number format. Default: the model's.", show_default=False
            ),
        ] = "",
        as_json: Annotated[bool, typer.Option("--json", help="Write the totals as JSON.")] = False,
        given: dict[str, Any] | None = None,
    ) -> None:
        arguments = {key: value for key, value in locals().items() if key not in ("spec", "given")}
        _run(spec, **arguments, given=given or {})

    command.__doc__ = f"Apply a {spec.name} model to whole corpora ({spec.summary}).{_examples(spec.verb)}"
    command.__name__ = spec.verb
    return with_flags(command, _flags(spec))


def _examples(verb: str) -> str:
    """The examples in the help of a verb."""
    lines = (
        f"seqkit batch {verb} corpus/ -o out/",
        f"seqkit batch {verb} 'news/*.jsonl.zst' -o out/ --text-field body",
        f"seqkit batch {verb} corpus/ -o out/ --shard 3/16",
    )
    return "\n\n\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def _flags(spec: TaskSpec) -> Flags:
    engines = [(one.spec.name, one.spec.options) for one in registry().all("engines")]
    return Flags.of([(spec.verb, spec.application or object), *engines])


def applicable_tasks() -> dict[str, TaskSpec]:
    """Return the tasks that can be applied to files, by verb."""
    return {
        one.spec.verb: one.spec for one in registry().all("tasks") if one.spec.application and one.spec.verb
    }
