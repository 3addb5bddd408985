"""Files inside zip files, named as if the zip file were a folder: `deu-eng.zip/deu.txt`."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.io.safe_paths import fault_of_path

FAULTS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)
"""Exceptions of zipfile for files that are truncated, damaged, encrypted, or compressed by an unknown method."""


def on_disk(path: str | Path) -> tuple[Path, str]:
    """Split a path into a zip file and the name inside it ("" if it is not in a zip file)."""
    whole = Path(path)
    for folder in whole.parents:
        if folder.suffix.lower() == ".zip":
            return folder, whole.relative_to(folder).as_posix()
    return whole, ""


@contextmanager
def opened_member(archive: Path, member: str) -> Iterator[BinaryIO]:
    """Open the bytes of a file inside a zip file.

    Raises SeqkitError if the archive is not a zip file, cannot be unpacked, or does not contain the member, and if the
    member's name could lead out of a folder.
    """
    fix = "Get the file again; `unzip -t` checks it."
    if fault := fault_of_path(member):
        raise SeqkitError(f"{archive}: the name {member!r} in it {fault}", "Rename it in the archive.")
    try:
        with zipfile.ZipFile(archive) as packed:
            names = [name for name in packed.namelist() if not name.endswith("/")]
            if member not in names:
                raise SeqkitError(f"{archive}: holds no '{member}'", did_you_mean(member, names))
            with packed.open(member) as file:
                yield io.BufferedReader(cast(io.RawIOBase, file), 1 << 16)
    except FAULTS as error:
        raise SeqkitError(f"{archive}: cannot be unpacked ({error})", fix) from error
