"""Commands that write files, and the conditions that must hold after one of their writes has failed."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzzing.faults import KINDS, Fault, injected
from seqkit.batch.engine import Done, Engine, EngineRequest
from seqkit.batch.jobs import Job
from seqkit.batch.worker import Setup, Worker
from seqkit.data.fetch import download
from seqkit.errors import SeqkitError
from seqkit.extend.specs import CorpusFile
from seqkit.models.folder import MANIFEST, model_folder, verify
from seqkit.models.hub_copy import copy_model

DATA = b"word\tupos\na\tX\n" * 5000
TRAIN = "train rnn --corpus sample-english --set epochs=2 --set batch_words=200 --set hidden=6 --set vocab_size=80"
TRAIN += (
    " --set char_hidden=4 --set threads=1 --set patience=0 --set with_segmenter=false --set save_minutes=0"
)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    said: str


@dataclass(frozen=True)
class Case:
    """An operation that writes files in a folder."""

    run: Callable[[Path], Ended]
    again: Callable[[Path], Ended]
    """The same operation again, after the fault."""
    state: Callable[[Path], str]
    """A checksum of the folder: "" if it is empty, "broken …" if its state is neither the old nor the new one."""
    old: Callable[[Path], None]
    """Make the old state."""


def command(line: str, folder: Path) -> Ended:
    """Run `seqkit LINE` in this process; `{out}` is the folder."""
    from seqkit.cli.app import main

    before, errors = (sys.argv, sys.stderr, sys.stdin, sys.stdout), io.StringIO()
    sys.argv = ["seqkit", *(part.format(out=folder) for part in line.split())]
    sys.stderr, sys.stdin, sys.stdout = errors, io.StringIO(), io.TextIOWrapper(io.BytesIO())
    code: Any = 0
    try:
        main()
    except SystemExit as left:
        code = left.code or 0
    except BaseException as error:
        return Ended(99, f"Traceback: {type(error).__name__}: {error}")
    finally:
        sys.argv, sys.stderr, sys.stdin, sys.stdout = before
    return Ended(int(code), errors.getvalue())


def called(function: Callable[[Path], object], folder: Path) -> Ended:
    """Call a function as a command would."""
    try:
        function(folder)
    except SeqkitError as error:
        return Ended(1, str(error))
    except OSError as error:
        return Ended(1, f"{error.filename}: {error.strerror}")
    except Exception as error:
        return Ended(99, f"Traceback: {type(error).__name__}: {error}")
    return Ended(0, "")


def sha256(path: Path) -> str:
    """The checksum of a file; "" if there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _fetch(folder: Path) -> None:
    file = CorpusFile(
        path="x.tsv", url="http://127.0.0.1:9/x.tsv", size=len(DATA), sha256=hashlib.sha256(DATA).hexdigest()
    )
    import seqkit.data.fetch as fetch

    real, fetch._chunks = fetch._chunks, lambda file, target: iter([DATA[:9], DATA[9:]])
    try:
        download(file, folder / "corpora" / "x.tsv", lambda *numbers: None)
    finally:
        fetch._chunks = real


def _pull(folder: Path) -> None:
    shutil.rmtree(folder / "model", ignore_errors=True)
    copy_model(model_folder("en-tagger"), folder / "model")


def _state_of_model(folder: Path) -> str:
    """The weights of a finished model, whose files all have their checksums."""
    if not (folder / MANIFEST).is_file():
        return ""
    wrong = verify(folder)
    return f"broken: {wrong[0]}" if wrong else sha256(folder / "model.safetensors")


def _train(folder: Path) -> Ended:
    return command(f"{TRAIN} --out {{out}}/run", folder)


def _train_again(folder: Path) -> Ended:
    first = command(f"{TRAIN} --out {{out}}/run --resume", folder)
    if first.code == 0:
        return first
    anew = _train(folder)
    return anew if anew.code == 0 else Ended(anew.code, f"{first.said} | {anew.said}")


class Inline(Engine):
    """Runs the jobs of a batch in this process, so that their writes fail here, too."""

    def __init__(self, setup: Setup, request: EngineRequest) -> None:
        super().__init__(setup, request)
        self._worker: Worker | None = None
        self._done: list[Done] = []

    def has_room(self) -> bool:
        """One job at a time."""
        return not self._done

    def submit(self, job: Job) -> None:
        """Run the job at once."""
        try:
            self._worker = self._worker or Worker(self.setup)
            self._done.append(Done(job, self._worker(job)))
        except Exception as error:
            self._done.append(Done(job, None, error))

    def finished(self, seconds: float) -> list[Done]:
        """The jobs that were submitted."""
        found, self._done = self._done, []
        return found

    @property
    def running(self) -> int:
        """Number of jobs whose result was not fetched; none waits."""
        return len(self._done)

    def close(self) -> None:
        """Do nothing."""


def _batch(folder: Path) -> Ended:
    import seqkit.batch.local as local

    texts = folder / "texts"
    real, local.LocalEngine = local.LocalEngine, Inline  # type: ignore[misc,assignment]
    try:
        return command(f"batch tag {texts} -o {{out}}/tagged --processes 1 --retries 0", folder)
    finally:
        local.LocalEngine = real  # type: ignore[misc]


def _texts(folder: Path) -> None:
    (folder / "texts").mkdir()
    for number in range(3):
        (folder / "texts" / f"{number}.txt").write_text(f"Time flies {number} times.\n\nThe dog sleeps.\n")


def _state_of_batch(folder: Path) -> str:
    """The outputs that exist; each must be complete."""
    found = sorted(path for path in (folder / "tagged").glob("*.conllu") if not path.name.startswith("."))
    if any(not path.read_text().endswith("\n\n") for path in found):
        return "broken: half an output"
    return json.dumps([(path.name, sha256(path)) for path in found]) if len(found) == 3 else ""


def _old_output(folder: Path) -> None:
    (folder / "x.conllu").write_text("old\n")


CASES = {
    "tag": Case(
        lambda folder: command("tag -o {out}/x.conllu Time_flies.", folder),
        lambda folder: command("tag -o {out}/x.conllu Time_flies.", folder),
        lambda folder: sha256(folder / "x.conllu"),
        _old_output,
    ),
    "corpora get": Case(
        lambda folder: called(_fetch, folder),
        lambda folder: called(_fetch, folder),
        lambda folder: sha256(folder / "corpora" / "x.tsv"),
        lambda folder: None,
    ),
    "models pull": Case(
        lambda folder: called(_pull, folder),
        lambda folder: called(_pull, folder),
        lambda folder: _state_of_model(folder / "model"),
        lambda folder: None,
    ),
    "train": Case(_train, _train_again, lambda folder: _state_of_model(folder / "run"), lambda folder: None),
    "batch": Case(_batch, _batch, _state_of_batch, _texts),
}
"""Name -> operation."""


@dataclass(frozen=True)
class Whole:
    """An undisturbed run: the states before and after, and its writing operations."""

    before: str
    after: str
    operations: tuple[str, ...]


def whole(name: str, place: Path) -> Whole:
    """Run a case without a fault."""
    case, folder = CASES[name], _fresh(place)
    case.old(folder)
    before = case.state(folder)
    with injected(folder, Fault()) as fault:
        ended = case.run(folder)
    assert ended.code == 0, ended.said
    return Whole(before, case.state(folder), tuple(fault.names))


def failed(name: str, number: int, kind: str, expected: Whole, place: Path) -> str:
    """The violated condition after the operation of this number has failed; "" if none is violated."""
    case, folder = CASES[name], _fresh(place)
    case.old(folder)
    with injected(folder, Fault(number, kind)) as fault:
        ended = case.run(folder)
    if not fault.happened:
        return ""
    if "Traceback" in ended.said:
        return f"traceback: {ended.said[-300:]}"
    if ended.code and str(folder) not in ended.said:
        return f"the message names no file: {ended.said}"
    state = case.state(folder)
    if state not in (expected.before, expected.after):
        return f"neither the old state nor the new one: {state[:200]}"
    if ended.code == 0 and state != expected.after:
        return "exit code 0 without the new state"
    if name != "batch" and (left := [path.name for path in folder.rglob(".*.part")]):
        return f"left {left[0]}"
    with contextlib.suppress(OSError):
        again = case.again(folder)
    if again.code or case.state(folder) != expected.after:
        return f"the second try failed: {again.code} {again.said[-300:]}"
    return ""


def _fresh(place: Path) -> Path:
    folder = place / "work"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def all_faults(expected: Whole) -> list[tuple[int, str]]:
    """(number of the operation, kind of fault) for every operation of a run."""
    return [
        (number, kind)
        for number, operation in enumerate(expected.operations, 1)
        for kind in KINDS
        if kind != "short" or operation == "write"
    ]
