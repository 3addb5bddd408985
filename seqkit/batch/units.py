"""Group the inputs of a run into units. The result depends only on files and options."""

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
"""A file smaller than 1/SMALL of a part's size shares a part with other files."""
UNPACKS = 8
"""Assumed ratio of the decompressed to the compressed size."""


@dataclass(frozen=True)
class Unit:
    """A file that is divided into parts, or several small files that form one part."""

    number: int
    files: tuple[int, ...]
    """Indices of the files among the inputs."""
    cuts: str
    """The rule for dividing the file (`FormatSpec.cuts`); "whole" for several files."""

    @property
    def is_one_part(self) -> bool:
        """Whether the unit is not divided."""
        return self.cuts == "whole"


class Piece(NamedTuple):
    """A file, or a part of it, to process."""

    file: int
    """Index of the file among the inputs."""
    path: str
    data: bytes | None
    """The bytes of a part of the file; None: the worker reads the whole file."""
    start: Place = Place()


class Part(NamedTuple):
    """The amount of work that a worker processes and commits together."""

    unit: int
    number: int
    """Number among the parts of the unit."""
    pieces: tuple[Piece, ...]
    end: Place
    """Position in the file after this part."""
    source: int
    """Stored bytes of the input, for the progress."""
    sha256: str
    """Checksum of the bytes; "" if the worker reads them."""
    again: int = 0
    """Number of times that outputs of the unit were lost and recreated."""

    @property
    def name(self) -> str:
        """The name of the output in the ledger's folder."""
        return part_name(self.unit, self.number)


def part_name(unit: int, number: int) -> str:
    """Return the name of the output of a part until it is joined."""
    return f"{unit:06d}-{number:06d}"


def units_of(
    files: Sequence[InputFile], cuts: Iterable[str], part_bytes: int, first_file: int = 0, first_unit: int = 0
) -> Iterator[Unit]:
    """Yield the units of inputs, in order; consecutive small files share a unit.

    Args: cuts, the rule for dividing each file; part_bytes, size of a part; first_file, first_unit, numbers of the
    first file and unit, if a run is extended.
    """
    number, small_files, weight = first_unit, list[int](), 0
    for index, (file, kind) in enumerate(zip(files, cuts, strict=True), first_file):
        small = _weight(file) < part_bytes // SMALL
        if small_files and (not small or weight + _weight(file) > part_bytes or len(small_files) == FILES):
            yield Unit(number, tuple(small_files), "whole")
            number, small_files, weight = number + 1, [], 0
        if small:
            small_files.append(index)
            weight += _weight(file)
        else:
            yield Unit(number, (index,), kind)
            number += 1
    if small_files:
        yield Unit(number, tuple(small_files), "whole")


def _weight(file: InputFile) -> int:
    """The estimated decompressed size of a file in bytes."""
    return file.size * (UNPACKS if suffix_of_packing(file.name) else 1)


def owner(unit: int, part: int, shards: int) -> int:
    """Return the shard, from 0, to which a part belongs."""
    return (unit + part) % shards
