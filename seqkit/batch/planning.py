"""Divide units into parts, starting after the last committed part in the ledger."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence

from seqkit.batch.cutting import Blocks, Cut, Cutter, Lines, Place, Table, Words, cut
from seqkit.batch.cutting_csv import CsvRecords
from seqkit.batch.cutting_text import Text
from seqkit.batch.inputs import InputFile
from seqkit.batch.ledger import ERRORS, Ledger
from seqkit.batch.sources import Stream
from seqkit.batch.store import line_of
from seqkit.batch.units import Part, Piece, Unit, part_name
from seqkit.errors import SeqkitError
from seqkit.io.packing import suffix_of_packing
from seqkit.io.remote import is_remote
from seqkit.io.zip_files import on_disk
from seqkit.tasks.application import Limits

CUTTERS: dict[str, type[Cutter]] = {
    "lines": Lines,
    "blocks": Blocks,
    "words": Words,
    "table": Table,
    "csv": CsvRecords,
    "text": Text,
}
"""`FormatSpec.cuts` -> class that finds the ends of parts."""
MOST_HEADER = 1 << 20
"""Maximum bytes to read for finding the end of a header."""
FAULT = 999_999
"""Part number in the name of the file of errors about the unreadable rest of an input."""


class Planner:
    """Divides the units of a run into parts, and logs the number of parts of each unit."""

    def __init__(
        self, files: Sequence[InputFile], ledger: Ledger, limits: Limits, mine: Callable[[int, int], bool]
    ) -> None:
        """Args: mine, (unit, part) -> whether the part belongs to this process's shard."""
        self.files, self.ledger, self.limits, self.mine = files, ledger, limits, mine

    def parts(self, unit: Unit) -> Iterator[Part]:
        """Yield the parts of a unit that are not committed and belong to this shard.

        Raises SeqkitError for an input that has changed, and for a record that is too long.
        """
        state = self.ledger.unit(unit.number)
        if state.joined or state.complete:
            return
        if unit.is_one_part:
            yield from self._whole(unit)
            return
        file = self.files[unit.files[0]]
        cuts = self._rows(unit, file) if unit.cuts == "rows" else self._cuts(unit, file)
        number = 0
        for number, made, source in cuts:
            part = self._part(unit, number, file, made, source)
            committed = state.parts.get(number)
            if committed is None:
                if self.mine(unit.number, number):
                    yield part
            elif committed["in"] != part.sha256:
                raise changed(file)

    def _whole(self, unit: Unit) -> Iterator[Part]:
        state = self.ledger.unit(unit.number)
        if state.total is None:
            self._log_total(unit, 1, None)
        if 0 not in state.parts and self.mine(unit.number, 0):
            pieces = tuple(Piece(index, self.files[index].path, None) for index in unit.files)
            size = sum(self.files[index].size for index in unit.files)
            yield Part(unit.number, 0, pieces, Place(), size, "", state.again)

    def _cuts(self, unit: Unit, file: InputFile) -> Iterator[tuple[int, Cut, int]]:
        """Yield the number of each part, the part, and its stored bytes."""
        state, cutter = self.ledger.unit(unit.number), CUTTERS[unit.cuts](self.limits)
        number, start = state.planned()
        header = _header(file.path, cutter) if start.byte else None
        stream, packed = Stream(file.path, start.byte), bool(suffix_of_packing(file.path))
        before = None if packed and start.byte else start.byte
        for made in _named(cut(iter(stream), cutter, start, header), file):
            at = min(stream.read_bytes if packed else made.end.byte, file.size)
            before = at if before is None else before
            yield number, made, max(at - before, 0)
            number, before = number + 1, at
        if number == 0:
            yield 0, Cut(b"", Place(), Place()), file.size
            number = 1
        check_unchanged(file)
        self._log_total(unit, number, stream.fault)

    def _rows(self, unit: Unit, file: InputFile) -> Iterator[tuple[int, Cut, int]]:
        from seqkit.formats.parquet import row_parts

        number, start = self.ledger.unit(unit.number).planned()
        for first, after, data, share in row_parts(file.path, start.record, *self.limits):
            places = [Place(byte=row, record=row) for row in (first, after)]
            yield number, Cut(data, *places), round(share * file.size)
            number += 1
        check_unchanged(file)
        self._log_total(unit, number, None)

    def _part(self, unit: Unit, number: int, file: InputFile, made: Cut, source: int) -> Part:
        piece = Piece(unit.files[0], file.path, made.data, made.start)
        sha256 = hashlib.sha256(made.data).hexdigest()
        again = self.ledger.unit(unit.number).again
        return Part(unit.number, number, (piece,), made.end, source, sha256, again)

    def _log_total(self, unit: Unit, total: int, fault: SeqkitError | None) -> None:
        state = self.ledger.unit(unit.number)
        if fault is not None:
            row = {"file": self.files[unit.files[0]].path, "line": None, "reason": fault.problem}
            line = line_of({**row, "fix": fault.fix, "bytes": None})
            self.ledger.store.put(f"{ERRORS}/{part_name(unit.number, FAULT)}.jsonl", line)
        if state.total is None:
            self.ledger.log(
                {"unit": unit.number, "again": state.again, "total": total, "bad": int(fault is not None)}
            )


def _named(cuts: Iterator[Cut], file: InputFile) -> Iterator[Cut]:
    """Yield the parts; add the name of the file to errors."""
    try:
        yield from cuts
    except SeqkitError as error:
        raise SeqkitError(f"{file.path}: {error.problem}", error.fix) from error


def _header(path: str, cutter: Cutter) -> bytes:
    """Read the header of a file, and no further blocks."""
    buffer = header = b""
    for block in Stream(path):
        buffer += block
        header = cutter.header(buffer)
        if len(header) < len(buffer) or len(buffer) >= MOST_HEADER:
            break
    return header


def check_unchanged(file: InputFile) -> None:
    """Raise SeqkitError for a file that was changed since the run began."""
    if is_remote(file.path):
        return
    try:
        status = os.stat(on_disk(file.path)[0] if on_disk(file.path)[1] else file.path)
    except OSError as error:
        raise SeqkitError(
            f"{file.path}: cannot be found ({error.strerror})", "Restore it, and run again."
        ) from error
    if str(status.st_mtime_ns) != file.stamp:
        raise changed(file)


def changed(file: InputFile) -> SeqkitError:
    """Create the error for an input that has changed since the run began."""
    return SeqkitError(
        f"{file.path}: the input has changed since the run began",
        "Restore it, or begin a run in another folder.",
    )
