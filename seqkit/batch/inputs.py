"""The files that a batch reads: folders, patterns, zip files and single files, each with the name of its output."""

from __future__ import annotations

import glob
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from seqkit.batch.ledger import ALL_ERRORS, SUCCESS
from seqkit.errors import SeqkitError
from seqkit.io.packing import suffix_of_packing, without_packing
from seqkit.io.remote import file_system, is_remote, remote_errors_named

WILD = "*?["
REPORTS = (ALL_ERRORS, SUCCESS)
"""Names of files in the output folder that are not outputs for an input."""


@dataclass(frozen=True)
class InputFile:
    """An input file, with its properties at the start of the run."""

    path: str
    """An absolute path, a member of a zip file (`a.zip/b.txt`), or a URL."""
    name: str
    """Path below the folder of the command line; outputs have the same path below the output folder."""
    size: int
    """Stored size in bytes."""
    stamp: str
    """Modification time (ns), or ETag."""


def find_inputs(
    arguments: Sequence[str], readable: Callable[[str], bool]
) -> tuple[list[InputFile], list[str]]:
    """List the files that arguments name, in order, and the paths in folders that are skipped.

    Args: readable, whether a file in a folder can be read, by its name; files that are arguments are always read.
    Raises SeqkitError for an argument that does not exist, and if there is no readable file.
    """
    files: list[InputFile] = []
    skipped: list[str] = []
    for argument in arguments:
        with remote_errors_named(argument):
            candidates = list(_files_of(argument, skipped))
        is_folder = os.path.isdir(argument)
        if not candidates and not is_folder:
            raise SeqkitError(f"{argument}: no such file or folder", "Check the path.", exit_code=2)
        is_file = len(candidates) == 1 and not is_folder
        for file in candidates:
            if is_file or readable(file.name):
                files.append(file)
            else:
                skipped.append(file.path)
    if not files:
        problem = f"{', '.join(arguments)}: no file that can be read"
        raise SeqkitError(
            problem, "Name files, or give the format of files with any suffix: --from.", exit_code=2
        )
    return files, skipped


def _files_of(argument: str, skipped: list[str]) -> Iterator[InputFile]:
    """The files of an argument. Links to nothing, pipes and sockets are added to `skipped`."""
    if is_remote(argument):
        yield from _remote(argument)
    elif os.path.isdir(argument):
        yield from _below(os.path.abspath(argument), skipped)
    elif os.path.isfile(argument):
        yield from _file(os.path.abspath(argument), os.path.basename(argument))
    elif any(mark in argument for mark in WILD):
        base = _base(argument)
        for path in sorted(glob.glob(argument, recursive=True)):
            if os.path.isfile(path):
                yield from _file(os.path.abspath(path), os.path.relpath(path, base))
            elif not os.path.isdir(path):
                skipped.append(os.path.abspath(path))


def _base(pattern: str) -> str:
    """The folder before the first component with a wildcard in a pattern."""
    parts = Path(pattern).parts
    fixed = []
    for part in parts:
        if any(mark in part for mark in WILD):
            break
        fixed.append(part)
    return str(Path(*fixed)) if fixed else "."


def _below(folder: str, skipped: list[str]) -> Iterator[InputFile]:
    """All files below a folder, except hidden ones."""
    for where, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = os.path.join(where, name)
            if name.startswith("."):
                continue
            if os.path.isfile(path):
                yield from _file(path, os.path.relpath(path, folder))
            else:
                skipped.append(path)


def _file(path: str, name: str) -> Iterator[InputFile]:
    """A file, or the members of a zip file."""
    status = os.stat(path)
    stamp = str(status.st_mtime_ns)
    if Path(path).suffix.lower() != ".zip":
        yield InputFile(path, PurePosixPath(name).as_posix(), status.st_size, stamp)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if not member.is_dir():
                    inner = f"{path}/{member.filename}"
                    yield InputFile(inner, f"{name}/{member.filename}", member.file_size, stamp)
    except (zipfile.BadZipFile, OSError) as error:
        raise SeqkitError(
            f"{path}: is not a zip file, or it is damaged ({error})", "Get the file again."
        ) from error


def _remote(url: str) -> Iterator[InputFile]:
    """The files below a URL, or those that match it as a pattern."""
    system, path = file_system(url)
    scheme = url.split("://", 1)[0]
    if any(mark in path for mark in WILD):
        base, paths = _base(path), system.glob(path)
    elif system.isdir(path):
        base, paths = path, system.find(path)
    else:
        base, paths = os.path.dirname(path), [path] if system.exists(path) else []
    for one in sorted(paths):
        info = system.info(one)
        name = os.path.relpath(one, base)
        if info["type"] == "file" and not any(part.startswith(".") for part in name.split("/")):
            stamp = str(
                info.get("ETag") or info.get("etag") or info.get("mtime") or info.get("created") or ""
            )
            yield InputFile(f"{scheme}://{one.lstrip('/')}", name, int(info["size"]), stamp.strip('"'))


def output_name(file: InputFile, suffix: str, packs: bool) -> str:
    """Return the name of the output for a file: `a/b.txt.gz` -> `a/b.conllu.gz`.

    Args: suffix, of the output's format; packs, whether the output is compressed if the input is.
    """
    packing = suffix_of_packing(file.name)
    plain = PurePosixPath(without_packing(file.name))
    return f"{plain.with_suffix(suffix)}{packing if packs else ''}"


def check_distinct(files: Sequence[InputFile], names: Iterable[str]) -> None:
    """Raise SeqkitError if the outputs for two files would have the same name, or one would have that of a report."""
    seen: dict[str, InputFile] = {}
    for file, name in zip(files, names, strict=True):
        if name in REPORTS:
            problem = (
                f"{file.path}: its output would have the name {name}, under which a batch reports on itself"
            )
            raise SeqkitError(problem, "Rename the input, or leave it out.", exit_code=2)
        other = seen.setdefault(name, file)
        if other is not file:
            problem = f"{other.path} and {file.path} would both be written as {name}"
            raise SeqkitError(problem, "Rename one, or process them with different --out.", exit_code=2)


def check_apart(arguments: Sequence[str], out: str) -> None:
    """Raise SeqkitError if the output folder is inside a folder of inputs."""
    if is_remote(out):
        inside = [one for one in arguments if is_remote(one) and f"{out}/".startswith(one.rstrip("/") + "/")]
    else:
        out_folder = os.path.realpath(out)
        folders = [os.path.realpath(one) for one in arguments if os.path.isdir(one)]
        inside = [folder for folder in folders if os.path.commonpath([folder, out_folder]) == folder]
    if inside:
        raise SeqkitError(f"{out}: is inside the input {inside[0]}", "Choose another --out.", exit_code=2)
