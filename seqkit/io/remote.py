"""Open remote files by URL (s3://, gs://, memory://, …) through fsspec (extra `batch`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike, fspath
from typing import Any

from seqkit.errors import MissingPackageError, SeqkitError


def is_remote(path: str | PathLike[str]) -> bool:
    """Whether a path is a URL that fsspec opens."""
    return "://" in fspath(path)


def file_system(url: str) -> tuple[Any, str]:
    """Return the fsspec file system of a URL, and the path in it. Raises SeqkitError if a package is missing."""
    try:
        import fsspec
    except ImportError as error:
        raise MissingPackageError(
            f"{url}: needs the package fsspec",
            "Install it: pip install fsspec (in a checkout: pip install '.[batch]').",
        ) from error
    try:
        system, path = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise SeqkitError(
            f"{url}: cannot be opened ({error})", "Install the package that it names.", exit_code=2
        ) from error
    # Other processes write to the same folders, so that cached listings become stale.
    system.use_listings_cache = False
    system.invalidate_cache()
    return system, path.rstrip("/")


@contextmanager
def remote_errors_named(url: str) -> Iterator[None]:
    """A context in which errors of a service, such as missing credentials, become SeqkitErrors that name the URL."""
    try:
        yield
    except SeqkitError:
        raise
    except Exception as error:  # each library of fsspec has exceptions of its own
        if not is_remote(url):
            raise
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        problem = f"{url}: cannot be reached ({reason})"
        raise SeqkitError(problem, "Check the URL, the network and the credentials.") from error
