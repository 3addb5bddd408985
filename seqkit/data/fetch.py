"""Fetch files of a corpus, and compare them with its manifest."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqkit.errors import SeqkitError
from seqkit.extend.specs import CorpusFile
from seqkit.io.atomic import atomic_write
from seqkit.io.safe_paths import fault_of_address
from seqkit.io.user_folders import unwritable_fix

if TYPE_CHECKING:
    import urllib.request

Progress = Callable[[str, int, int], None]
"""Called with a file's path, the bytes fetched so far, and the total bytes."""

CHUNK = 1 << 20
"""Bytes per read."""
TIMEOUT = 30
"""Seconds without data after which a request fails."""


def fault_of(file: CorpusFile, path: Path) -> str:
    """Describe how the file at `path` differs from its manifest; "" if it does not."""
    if not path.is_file():
        return f"{path}: is missing"
    try:
        size, digest = _measured(path, file)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        return f"{path}: cannot be unpacked ({error})"
    if size != file.size:
        return f"{path}: has {size} bytes, the manifest says {file.size}"
    return (
        ""
        if digest == file.sha256.lower()
        else f"{path}: has sha256 {digest}, the manifest says {file.sha256}"
    )


def _measured(path: Path, file: CorpusFile) -> tuple[int, str]:
    """Size and sha256 of a file ("" if the size is wrong). Stops one chunk after the manifest's size."""
    size = path.stat().st_size
    if not file.packed and size != file.size:
        return size, ""
    digest, size = hashlib.sha256(), 0
    with gzip.open(path) if file.packed else path.open("rb") as content:
        while size <= file.size and (chunk := content.read(CHUNK)):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def download(file: CorpusFile, target: Path, progress: Progress) -> None:
    """Fetch one file. It appears under its name only if size and sha256 match the manifest.

    Raises SeqkitError if it has no URL, cannot be fetched, or does not match.
    """
    if not file.url:
        raise SeqkitError(f"{file.path}: its manifest has no URL", f"Put the file at {target} yourself.")
    _make_folder(target.parent)
    digest, done = hashlib.sha256(), 0
    with atomic_write(target, pack=file.packed, links=False) as out:
        for chunk in _chunks(file, target):
            out.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            progress(file.path, done, file.size)
            if done > file.size:
                break
        if (done, digest.hexdigest()) != (file.size, file.sha256.lower()):
            raise SeqkitError(
                f"{file.url}: size or checksum does not match the manifest: {done} bytes of {file.size}, "
                f"sha256 {digest.hexdigest()} for {file.sha256}",
                "Try again later; if the error persists, the publisher has changed the file.",
            )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"{folder}: cannot be created ({error.strerror})"
        raise SeqkitError(problem, unwritable_fix("XDG_DATA_HOME")) from error


def _chunks(file: CorpusFile, target: Path) -> Iterator[bytes]:
    """Yield the bytes at a file's URL. Raises SeqkitError if they cannot be fetched."""
    import http.client

    try:
        with _opener().open(file.url, timeout=TIMEOUT) as response:
            while chunk := response.read(CHUNK):
                yield chunk
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise SeqkitError(
            f"{file.url}: cannot be fetched ({error})",
            f"Check the network and try again, or put the file at {target} yourself.",
        ) from error


def _opener() -> urllib.request.OpenerDirector:
    """Create an opener for http and https only: `urlopen` also reads `file:` URLs and follows redirects to FTP."""
    import urllib.request

    class Redirects(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *arguments: Any) -> urllib.request.Request | None:
            if fault := fault_of_address(arguments[-1]):
                raise ValueError(f"the server redirects to '{arguments[-1]}', which {fault}")
            return super().redirect_request(*arguments)

    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        Redirects(),
    ):
        opener.add_handler(handler)
    return opener
