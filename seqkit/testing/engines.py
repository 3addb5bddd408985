"""Checks of an engine: it runs a small batch, and the outputs are those of the engine `local`."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path
from typing import Any

from seqkit.batch.engine import Done, Engine, EngineRequest
from seqkit.batch.jobs import Job
from seqkit.batch.progress import Silent
from seqkit.batch.request import BatchRequest, resolve
from seqkit.batch.run import run_batch
from seqkit.batch.worker import Setup
from seqkit.extend.manager import registry
from seqkit.tasks.application import ApplyRequest
from seqkit.testing.check import CheckFailed, Skipped, Subject, check, expect
from seqkit.testing.preparing import folder_of

TEXT = "The dog sees a cat. It barks.\n\nShe reads the book. Time flies.\n\n"
FILES = 3
GRACE = 5.0
"""Seconds that worker processes may take to end."""
REFERENCE = "local"
"""The engine whose outputs are the reference."""


@check("engines", quick=True)
def class_is_an_engine(subject: Subject) -> None:
    """The class is a subclass of `Engine` without abstract methods."""
    found = subject.loaded("engine")
    expect(isinstance(found, type) and issubclass(found, Engine), "no seqkit.batch.engine.Engine")
    left = sorted(getattr(found, "__abstractmethods__", ()))
    expect(not left, f"lacks {', '.join(left)}")


@check("engines")
def class_takes_setup_and_request(subject: Subject) -> None:
    """The class is created as `engine(setup, request)`."""
    import inspect

    inspect.signature(subject.loaded("engine")).bind(None, None)


@check("engines")
def batch_is_finished(subject: Subject) -> None:
    """A batch of three files is finished, without a failure."""
    summary = _summary(subject)
    expect(summary.finished and not summary.failed, f"failed: {'; '.join(summary.failed)}")


@check("engines")
def every_file_has_an_output(subject: Subject) -> None:
    """There is an output for each input."""
    expect(len(_outputs(subject)) == FILES, f"{len(_outputs(subject))} outputs for {FILES} files")


@check("engines")
def outputs_are_the_reference(subject: Subject) -> None:
    """The outputs are byte for byte those of the engine `local`."""
    expect(_outputs(subject) == _outputs(subject, REFERENCE), "outputs differ from those of `local`")


@check("engines")
def records_are_counted(subject: Subject) -> None:
    """The totals are those of the engine `local`."""
    found, wanted = _summary(subject).totals, _summary(subject, REFERENCE).totals
    expect((found.records, found.words) == (wanted.records, wanted.words), f"{found}, not {wanted}")


@check("engines")
def nothing_is_done_twice(subject: Subject) -> None:
    """A second run of the batch finishes."""
    _summary(subject)
    summary = run_batch(_request(subject, subject.name), Silent())
    expect(summary.finished, "the second call does not finish")


@check("engines")
def new_engine_is_idle(subject: Subject) -> None:
    """Before the first job there is room, and nothing runs."""
    with _engine(subject) as engine:
        expect(engine.has_room() is True, f"has_room is {engine.has_room()!r}")
        expect(engine.running == 0, f"{engine.running} jobs run")


@check("engines")
def waiting_for_nothing_ends(subject: Subject) -> None:
    """`finished` of an idle engine returns an empty list in time."""
    with _engine(subject) as engine:
        started = time.monotonic()
        expect(engine.finished(0.1) == [], "a job is returned that was never submitted")
        expect(time.monotonic() - started < 5, "waits too long")


@check("engines")
def closing_twice_is_harmless(subject: Subject) -> None:
    """`close` may be called again."""
    engine = _engine(subject)
    engine.close()
    engine.close()


@check("engines")
def engine_is_a_context(subject: Subject) -> None:
    """`with` returns the engine, and closes it."""
    engine = _engine(subject)
    with engine as inside:
        expect(inside is engine, "`with` gives another object")


@check("engines")
def failures_are_reported(subject: Subject) -> None:
    """A job that fails is returned with its error."""
    done = subject.once("failed job", lambda: _failed_job(subject))
    expect(done.row is None, "a row for a job that failed")
    expect(done.error is not None or done.died, "neither an error nor a death")


@check("engines")
def jobs_come_back(subject: Subject) -> None:
    """`finished` returns `Done` records with their job."""
    done = subject.once("failed job", lambda: _failed_job(subject))
    expect(isinstance(done, Done) and isinstance(done.job, Job), f"a {type(done).__name__}")


@check("engines")
def no_process_is_left(subject: Subject) -> None:
    """After a run, all worker processes of multiprocessing end within seconds."""
    _summary(subject)
    deadline = time.monotonic() + GRACE
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.05)
    expect(not multiprocessing.active_children(), f"{len(multiprocessing.active_children())} are left")


def _verb() -> str:
    """The verb of a built-in task with a model that ships."""
    for one in registry().all("pretrained"):
        spec = registry().find("tasks", one.spec.task)
        if one.builtin and spec.verb and spec.application is not None:
            return str(spec.verb)
    raise Skipped("no model ships that could be applied")


def _request(subject: Subject, engine: str) -> BatchRequest:
    place = folder_of(subject)
    inputs = [place / f"text-{number}.txt" for number in range(FILES)]
    for number, path in enumerate(inputs):
        if not path.exists():
            path.write_text(TEXT * (number + 1), encoding="utf-8")
    verb = _verb()
    spec = next(one.spec for one in registry().all("tasks") if one.spec.verb == verb)
    options = registry().find("engines", engine).options()
    apply = ApplyRequest(options=spec.application())
    files = tuple(map(str, inputs))
    return BatchRequest(
        verb, files, str(place / engine), apply, engine=engine, engine_options=options, processes=1
    )


def _summary(subject: Subject, engine: str = "") -> Any:
    chosen = engine or subject.name
    return subject.once(f"run {chosen}", lambda: run_batch(_request(subject, chosen), Silent()))


def _outputs(subject: Subject, engine: str = "") -> dict[str, bytes]:
    """Name -> content of what a run wrote."""
    chosen = engine or subject.name
    _summary(subject, chosen)
    place = folder_of(subject) / chosen
    files = [path for path in place.iterdir() if path.is_file() and not path.name.startswith((".", "_"))]
    return {path.name: path.read_bytes() for path in files if path.name.startswith("text-")}


def _engine(subject: Subject) -> Engine:
    resolved = resolve(_request(subject, subject.name))
    setup = Setup(
        str(folder_of(subject) / "idle"),
        resolved.spec.name,
        resolved.apply,
        resolved.format.name,
        "no such fingerprint",
        "",
    )
    Path(setup.root).mkdir(exist_ok=True)
    request = EngineRequest(processes=1, options=subject.spec.options())
    made: Engine = subject.loaded("engine")(setup, request)
    return made


def _failed_job(subject: Subject) -> Done:
    """The result of a job whose worker cannot start, because the model is not that of the run."""
    with _engine(subject) as engine:
        engine.submit(Job(None))  # type: ignore[arg-type]
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            for done in engine.finished(0.5):
                return done
    raise CheckFailed("the job never came back from `finished`")
