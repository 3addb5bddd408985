"""Determine whether arguments are paths of files, and check them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from seqkit.errors import SeqkitError
from seqkit.io.zip_files import on_disk


def listed(text: str) -> list[str]:
    """Split the value of an option such as `upos, xpos` into its names."""
    return [name.strip() for name in text.split(",") if name.strip()]


def check_utf8(name: str, text: str) -> None:
    """Raise SeqkitError for a command-line argument that is not UTF-8: Python decodes other bytes to surrogates."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise SeqkitError(f"{name}: is not UTF-8", "Check the terminal's encoding.", exit_code=2)


def has_blanks(argument: str) -> bool:
    """Whether an argument contains white space, which is common in text and rare in file names."""
    return any(map(str.isspace, argument))


def is_folder(path: str) -> bool:
    """Whether a path is a folder; False for a text that is too long to be a path."""
    try:
        return bool(path) and Path(path).is_dir()
    except (OSError, ValueError):
        return False


def is_there(path: str) -> bool:
    """Whether a path exists, also inside a zip file; False for a text that is too long to be a path."""
    try:
        archive, member = on_disk(path)
        return Path(path).exists() or (bool(member) and archive.is_file())
    except (OSError, ValueError):
        return False


def is_file_there(argument: str) -> bool:
    """Whether an argument is the path of a file with any suffix; False for a text that is too long to be a path."""
    try:
        return Path(argument).is_file()
    except (OSError, ValueError):
        return False


def check_apart(written: Mapping[str, Path | None], files: Sequence[str]) -> None:
    """Raise SeqkitError if an output would replace an input, or another output.

    Args: written, option -> the file it names, if any; files, the inputs.
    """
    chosen = {option: path for option, path in written.items() if path is not None}
    for option, path in chosen.items():
        fix = f"Choose another {option}."
        if any(_same(path, Path(file)) for file in files):
            raise SeqkitError(f"{path}: is also an input", fix, exit_code=2)
        if any(_same(path, other) for name, other in chosen.items() if name != option):
            raise SeqkitError(f"{path}: named twice", fix, exit_code=2)


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return os.path.abspath(path) == os.path.abspath(other)
