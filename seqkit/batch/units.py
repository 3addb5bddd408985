"""How the inputs of a run are grouped and cut into parts: by files and options alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seqkit.batch.cutting import Place
from seqkit.batch.inputs import InputFile
from seqkit.io.packing import suffix_of_packing

FILES = 500
"""Most small files of one part."""
SMALL = 8
"""A file of less than this part of a part's size shares a part with others."""
UNPACKS = 8
"""How many times larger a packed file is taken to be."""


@dataclass(frozen=True)
class Unit:
    """A file that is cut into parts, or small files that make one part together."""

    number: int
    files: tuple[int, ...]
    """Their numbers among the inputs."""
    cuts: str
    """How the file may be cut; "whole" of several files."""

    @property
    def is_one_part(self) -> bool:
        """Whether it is never cut."""
        return self.cuts == "whole"


class Piece(NamedTuple):
    """A file, or a part of it, to be worked on."""

    file: int
    path: str
    data: bytes | None
    """Of a part; None: the file is read as a whole."""
    start: Place = Place()


class Part(NamedTuple):
    """What is worked on, and committed, at once."""

    unit: int
    number: int
    pieces: tuple[Piece, ...]
    end: Place
    source: int
    """Bytes of the input, packed if it is packed, for figures of progress."""
    sha256: str
    """Of the bytes; "" where the worker reads them."""
    again: int = 0
    """How often the outputs of the unit were lost and made again."""

    @property
    def name(self) -> str:
        """Of its output in the ledger's folder."""
        return part_name(self.unit, self.number)


def part_name(unit: int, number: int) -> str:
    """The name under which the output of a part waits to be joined."""
    return f"{unit:06d}-{number:06d}"


def units_of(
    files: Sequence[InputFile], cuts: Iterable[str], part_bytes: int, first_file: int = 0, first_unit: int = 0
) -> Iterator[Unit]:
    """The units of some inputs, in order; small files that follow each other share one.

    Args: cuts, how each file may be cut; first_file and first_unit, numbers of the first ones, where a run is extended.
    """
    number, held, weight = first_unit, list[int](), 0
    for index, (file, kind) in enumerate(zip(files, cuts, strict=True), first_file):
        small = _weight(file) < part_bytes // SMALL
        if held and (not small or weight + _weight(file) > part_bytes or len(held) == FILES):
            yield Unit(number, tuple(held), "whole")
            number, held, weight = number + 1, [], 0
        if small:
            held.append(index)
            weight += _weight(file)
        else:
            yield Unit(number, (index,), kind)
            number += 1
    if held:
        yield Unit(number, tuple(held), "whole")


def _weight(file: InputFile) -> int:
    """About as many bytes as a file has, unpacked."""
    return file.size * (UNPACKS if suffix_of_packing(file.name) else 1)


def owner(unit: int, part: int, shards: int) -> int:
    """The shard, from 0, that works on a part."""
    return (unit + part) % shards
