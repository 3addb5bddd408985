"""A part of several small files: processed together, with separate outputs and errors."""

from __future__ import annotations

import base64
import io

import pytest

from seqkit.batch.errors import PartErrors
from seqkit.batch.part_work import PartWork
from seqkit.batch.units import Piece
from seqkit.errors import SeqkitError
from seqkit.examples import RawText, SourceLocation
from seqkit.io.text_files import chomp, read_lines
from seqkit.tasks import Task
from seqkit.tasks.application import ApplyRequest, Limits


class Upper(Task):
    """Each line in capitals; `refused` is refused by the model, `broken` ends the reading of its file."""

    name = "upper"
    limits = Limits(records=4, size=1000)
    together = True

    def __init__(self):
        self.seen = []

    def prepare(self, request, reporter):
        raise NotImplementedError

    def joins(self, request):
        return self.together

    def cuts(self, path, request):
        return "lines"

    def read(self, path, request, problems):
        for number, line in read_lines(path):
            if not isinstance(line, str):
                problems.bad(SourceLocation(str(path), number), line.reason, line.fix)
                continue
            if chomp(line) == "broken":
                raise SeqkitError(f"{path}: broken", "Mend it.")
            yield RawText(chomp(line), SourceLocation(str(path), number))

    def apply(self, model, chunk, request):
        self.seen.append([item.text for item in chunk.items])
        wrong = SeqkitError("refused by the model", "Leave it out.")
        return [wrong if item.text == "refused" else item.text.upper() for item in chunk.items]

    def writer(self, format, file, request):
        return LineWriter(file)


class LineWriter:
    def __init__(self, file):
        self.file = file

    def write(self, number, item, output):
        self.file.write(f"{number} {output}\n".encode())
        return 1

    def close(self):
        self.file.write(b"end\n")


FILES = {
    "a": b"one\nrefused\ntwo\n",
    "b": b"",
    "c": b"three\n\xff\nfour\nbroken\nnever read\n",
    "d": b"five\nsix\n",
}


@pytest.mark.parametrize("together", [True, False])
def test_outputs_and_errors_are_those_of_each_file(tmp_path, together):
    task = Upper()
    task.together = together
    pieces = []
    for number, (name, data) in enumerate(FILES.items()):
        (tmp_path / name).write_bytes(data)
        pieces.append(Piece(number, str(tmp_path / name), None))
    file, errors = io.BytesIO(), PartErrors()
    work = PartWork(task, None, ApplyRequest(), "txt", file, errors)
    work.run(pieces)
    joined = [["one", "refused", "two", "three", "four"], ["five", "six"]]
    assert task.seen == (
        joined if together else [["one", "refused", "two"], ["three", "four"], ["five", "six"]]
    )
    expected = [b"0 ONE\n2 TWO\nend\n", b"end\n", b"0 THREE\n1 FOUR\nend\n", b"0 FIVE\n1 SIX\nend\n"]
    assert file.getvalue() == b"".join(expected)
    assert [output.out.count for output in work.outputs] == list(map(len, expected))
    assert [output.written for output in work.outputs] == [2, 0, 2, 2] and work.written == 6
    found = [(row["file"][-1], row["line"], row["reason"].split(" at ")[0]) for row in errors.rows]
    assert [one[:2] for one in found] == [("a", 2), ("c", 2), ("c", None)]
    assert base64.b64decode(errors.rows[0]["bytes"]) == b"refused"
    assert base64.b64decode(errors.rows[1]["bytes"]) == b"\xff"
    assert "broken" in errors.rows[2]["reason"] and errors.skipped == 3


def test_the_first_bad_record_ends_the_run_on_request(tmp_path):
    (tmp_path / "a").write_bytes(FILES["a"])
    work = PartWork(Upper(), None, ApplyRequest(), "txt", io.BytesIO(), PartErrors(stop=True))
    with pytest.raises(SeqkitError, match="a:2: refused by the model"):
        work.run([Piece(0, str(tmp_path / "a"), None)])
