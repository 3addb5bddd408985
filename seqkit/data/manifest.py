"""Check the paths and URLs of a corpus's manifest before files are read, written or fetched."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from seqkit.errors import SeqkitError
from seqkit.extend.manager import package_folder
from seqkit.extend.specs import CorpusFile, CorpusListing, CorpusSpec
from seqkit.io.safe_paths import fault_of_address, fault_of_path
from seqkit.io.visible import visible

FIX = "Repair or uninstall the plugin that registers this corpus."
LISTED = re.compile(r"([0-9A-Fa-f]{64})[ \t]+(\d+)[ \t]+(\S.*)")
"""A line of a list: sha256, size, path."""


def check_manifest(spec: CorpusSpec) -> None:
    """Raise SeqkitError for an invalid manifest.

    A manifest is invalid if a path leads out of the corpus's folder, a path of a split is not among its files, or a URL
    is not http(s). `files_of` checks the files of a list.
    """
    paths = [path for split in spec.splits.values() for path in split]
    for path in paths:
        _check_path(spec, path)
    for file in spec.files:
        _check_file(spec, file)
    known = {file.path for file in spec.files}
    for path in paths if spec.files and not (spec.listing or spec.made_from or spec.maker) else ():
        # A path may name a member of a zip archive.
        if path not in known and not any(path.startswith(f"{archive}/") for archive in known):
            raise SeqkitError(f"{spec.name}: a split names '{path}', which is not one of its files", FIX)


def files_of(spec: CorpusSpec) -> tuple[CorpusFile, ...]:
    """Return all files of a corpus, including those of its list. Raises SeqkitError as `check_manifest`."""
    if spec.listing is None:
        return spec.files
    listed = _listed(package_folder(spec.name, spec.listing.path), spec.listing)
    for file in listed:
        _check_file(spec, file)
    return spec.files + listed


def _listed(path: Path, listing: CorpusListing) -> tuple[CorpusFile, ...]:
    """The files of a list. Raises SeqkitError for a malformed line."""
    files = []
    # Only \n ends a line: other line ends in a path are control characters, which `check_manifest` refuses.
    for number, line in enumerate(path.read_bytes().decode("utf-8").split("\n"), start=1):
        if not line:
            continue
        match = LISTED.fullmatch(line)
        if match is None:
            raise SeqkitError(f"{path}:{number}: not 'sha256 size path'", FIX)
        sha, size, name = match.groups()
        files.append(CorpusFile(name, sha, int(size), listing.url + quote(name)))
    return tuple(files)


def _check_file(spec: CorpusSpec, file: CorpusFile) -> None:
    _check_path(spec, file.path)
    if file.url and (fault := fault_of_address(file.url)):
        raise SeqkitError(f"{spec.name}: {_shown(file.url)} {fault}", FIX)


def _check_path(spec: CorpusSpec, path: str) -> None:
    if fault := fault_of_path(path):
        raise SeqkitError(f"{spec.name}: its manifest names {_shown(path)}, which {fault}", FIX)


def _shown(text: str) -> str:
    return f"'{visible(text)}'"
