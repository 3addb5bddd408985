"""Group the inputs of a run into units, by files and options alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seqkit.batch.cutting import Place
from seqkit.batch.inputs import InputFile
from seqkit.io.packing import suffix_of_packing

FILES = 500
"""Maximum number of small files in one part."""
SMALL = 8
"""A file smaller than 1/SMALL of a part's size shares a part with others."""
UNPACKS = 8
"""Assumed ratio of the decompressed to the compressed size."""


@dataclass(frozen=True)
class Unit:
    """A file that is divided into parts, or several small files that are one part together."""

    number: int
    files: tuple[int, ...]
    """Indices of the files among the inputs."""
    cuts: str
    """How the file may be divided; "whole" for several files."""

    @property
    def is_one_part(self) -> bool:
        """Whether it is not divided."""
        return self.cuts == "whole"


class Piece(NamedTuple):
    """A file, or a part of it, to process."""

    file: int
    path: str
    data: bytes | None
    """The bytes of a part of the file; None: read the whole file."""
    start: Place = Place()


class Part(NamedTuple):
    """The unit of work that a worker processes and commits at once."""

    unit: int
    number: int
    pieces: tuple[Piece, ...]
    end: Place
    source: int
    """Stored bytes of the input (compressed if it is), for the progress."""
    sha256: str
    """Checksum of the bytes; "" if the worker reads them."""
    again: int = 0
    """How often the outputs of the unit were lost and made again."""

    @property
    def name(self) -> str:
        """The name of its output in the ledger's folder."""
        return part_name(self.unit, self.number)


def part_name(unit: int, number: int) -> str:
    """The name of the output of a part until it is joined."""
    return f"{unit:06d}-{number:06d}"


def units_of(
    files: Sequence[InputFile], cuts: Iterable[str], part_bytes: int, first_file: int = 0, first_unit: int = 0
) -> Iterator[Unit]:
    """The units of some inputs, in order; consecutive small files share one.

    Args: cuts, how each file may be divided; first_file and first_unit, the first numbers, if a run is extended.
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
    """The estimated decompressed size of a file in bytes."""
    return file.size * (UNPACKS if suffix_of_packing(file.name) else 1)


def owner(unit: int, part: int, shards: int) -> int:
    """The shard, from 0, that works on a part."""
    return (unit + part) % shards
