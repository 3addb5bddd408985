"""Resolve the name of parallel text to files and sides."""

from __future__ import annotations

import os
from pathlib import Path

from seqkit.data.catalogue import find_corpus
from seqkit.data.files import format_of, names_file, names_known_suffix
from seqkit.errors import SeqkitError, did_you_mean
from seqkit.extend.manager import registry
from seqkit.extend.specs import CorpusSpec, FormatSpec
from seqkit.io.text_files import suffix_of

UNKNOWN = "xx"
"""The recorded language of a side without a name."""


def names_pair_files(data: str) -> bool:
    """Whether `data` names files, not a corpus."""
    return "," in data or names_file(data) or Path(data).is_file()


def files_in(data: str) -> list[str]:
    """Split `data` into paths at commas, unless it is itself the path of a file."""
    if os.path.isfile(data):
        return [data]
    return [path.strip() for path in data.split(",") if path.strip()]


def absolute(data: str) -> str:
    """Make the paths in `data` absolute, so that it is valid in other folders. The name of a corpus is not changed."""
    if not names_pair_files(data):
        return data
    return ",".join(map(os.path.abspath, files_in(data)))


def sides_of(data: str, source: str, target: str) -> tuple[str, str]:
    """Return source and target; a missing one is the other side of a corpus with two sides.

    Raises SeqkitError for a side that the corpus lacks, a missing side that is ambiguous, only one side of files, and
    two equal sides.
    """
    if source == target and source not in ("", UNKNOWN):
        raise SeqkitError(f"--source and --target are both {source}", "Give two sides.", exit_code=2)
    if names_pair_files(data):
        if bool(source) != bool(target):
            missing, given = ("--target", "--source") if source else ("--source", "--target")
            fix = f"Give {missing}, too: the names of both sides identify columns and files."
            raise SeqkitError(
                f"{data}: {given} {source or target} alone does not identify the sides", fix, exit_code=2
            )
        return source, target
    spec = find_corpus(data)
    remaining = [side for side in spec.sides if side not in (source, target)]
    if bool(source) != bool(target) and len(remaining) == 1:
        source, target = source or remaining[0], target or remaining[0]
    for option, side in (("--source", source), ("--target", target)):
        if spec.sides and not side:
            fix = f"Give {option}: one of {', '.join(spec.sides)}."
            raise SeqkitError(f"{data}: the {option[2:]} side is not given", fix, exit_code=2)
        check_side(spec, side)
    return source, target


def check_side(spec: CorpusSpec, side: str) -> None:
    """Raise SeqkitError for a side that a corpus does not have."""
    if not spec.sides:
        fix = "Choose another corpus: seqkit corpora list."
        raise SeqkitError(f"{spec.name}: is not parallel text", fix, exit_code=2)
    if side not in spec.sides:
        raise SeqkitError(f"{spec.name} has no side '{side}'", did_you_mean(side, spec.sides), exit_code=2)


def pair_format(path: str | Path) -> FormatSpec | None:
    """Return the format of a file if its reader yields pairs, else None."""
    if not names_known_suffix(str(path)):
        return None
    spec = format_of(path) if _is_readable(path) else None
    return spec if spec is not None and spec.yields == "pairs" else None


def _is_readable(path: str | Path) -> bool:
    """Whether the format of a known suffix has a reader."""
    return any(
        suffix_of(path) in format.spec.suffixes and format.spec.reader for format in registry().all("formats")
    )
