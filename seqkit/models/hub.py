"""Models on the Hugging Face Hub: `hf://owner/name[@revision]`, kept in the cache of huggingface_hub. Imports no torch.

A model is a folder of the layout that seqkit writes. Only the files that its manifests list are fetched, each is
compared with its checksum, and none is executed: weights are safetensors, all else is JSON, text and SentencePiece.
"""

from __future__ import annotations

import multiprocessing
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from seqkit.errors import MissingPackageError, SeqkitError
from seqkit.io.safe_paths import fault_of_path
from seqkit.models.folder import CONFIG, HUB, MANIFEST, checksums, inner_models, verify
from seqkit.models.hub_errors import errors_with_a_fix, no_model
from seqkit.models.hub_names import HubName, parsed

COMMIT = re.compile("[0-9a-f]{40}")
SECONDS = 10.0
"""How long the Hub has to answer."""


def pinned(name: str) -> str:
    """The name with the commit that its revision stands for now, so that it names the same files for ever."""
    return f"{HUB}{parsed(name).repo}@{pulled(name).name}"


@cache
def pulled(name: str) -> Path:
    """The folder of a model in the cache, fetched where it is not there. A revision is looked up once a process.

    Raises SeqkitError where there is no such model, the Hub cannot be reached, or the files are no seqkit model.
    """
    return pull(name)


def pull(name: str, progress: bool = False) -> Path:
    """As `pulled`, always looking the revision up. Args: progress, show bars."""
    wanted, client = parsed(name), _client(name)
    with errors_with_a_fix(wanted), _bars(client, progress):
        if COMMIT.fullmatch(wanted.revision) and (there := _cached(client, wanted)):
            return there
        reached = _reaches(client, wanted)
        folder = Path(_fetch(client, wanted.repo, wanted.revision, MANIFEST, cached=not reached)).parent
        if not reached:
            _say_cached(client, wanted, folder)
        if not _is_whole(folder):
            _fetch_all(client, wanted, folder)
    return folder


def _client(name: str) -> Any:
    """The library. Raises SeqkitError where it is not installed."""
    try:
        import huggingface_hub

        # Its own names are imported when they are first used, its modules are not.
        import huggingface_hub.constants
        import huggingface_hub.errors
        import huggingface_hub.utils
    except ImportError:
        problem = f"{name}: needs the package huggingface_hub"
        raise MissingPackageError(
            problem,
            "Install it: pip install huggingface_hub (in a checkout: pip install '.[hub]').",
            exit_code=2,
        ) from None
    except RuntimeError:  # no HOME, and no entry for the user in passwd
        problem = f"{name}: there is no home folder for the cache"
        raise SeqkitError(problem, "Set HF_HOME to a folder that can be written.") from None
    return huggingface_hub


def _cached(client: Any, wanted: HubName) -> Path | None:
    """The folder of a commit whose files are all in the cache."""
    found = client.try_to_load_from_cache(wanted.repo, MANIFEST, revision=wanted.revision)
    folder = Path(found).parent if isinstance(found, str) else None
    return folder if folder is not None and _is_whole(folder) else None


def _is_whole(folder: Path) -> bool:
    """Whether all files are there. Models inside of it are fetched before its own."""
    return all((own / name).is_file() for own in (folder, *inner_models(folder)) for name in checksums(own))


def _reaches(client: Any, wanted: HubName) -> bool:
    """Whether the Hub answers and has the revision; False where the cache is to serve.

    It is asked first because a download would try for 20 seconds.
    """
    from huggingface_hub import errors

    try:
        client.HfApi(endpoint=client.constants.ENDPOINT).model_info(
            wanted.repo, revision=wanted.revision, timeout=SECONDS
        )
    except errors.HfHubHTTPError as error:
        if error.response.status_code < 500:
            raise
        return False
    except (errors.OfflineModeIsEnabled, errors.HTTPError):
        return False
    return True


def _say_cached(client: Any, wanted: HubName, folder: Path) -> None:
    """Say once that the Hub was not asked; not in offline mode, which the user chose, and in no worker process."""
    if not client.constants.HF_HUB_OFFLINE and multiprocessing.parent_process() is None:
        said = f"the Hub cannot be reached; the copy in the cache is used, of commit {folder.name[:8]}"
        print(f"seqkit: {wanted}: {said}", file=sys.stderr)


def _fetch(client: Any, repo: str, revision: str, path: str, cached: bool = False) -> str:
    from seqkit._version import __version__

    library = {"library_name": "seqkit", "library_version": __version__}
    where = {"revision": revision, "endpoint": client.constants.ENDPOINT, "local_files_only": cached}
    found = client.hf_hub_download(repo, path, **where, **library)
    return str(found)


def _fetch_all(client: Any, wanted: HubName, folder: Path) -> None:
    """Fetch what the manifests list, those of models inside first, and compare every file with its checksum."""
    commit = folder.name
    names = [
        one.rfilename
        for one in client.HfApi(endpoint=client.constants.ENDPOINT)
        .model_info(wanted.repo, revision=commit)
        .siblings
        or ()
    ]
    _check_names(wanted, names)
    if CONFIG not in names:
        raise no_model(wanted, CONFIG)
    inner = [name for name in names if name.count("/") == 1 and name.endswith(f"/{MANIFEST}")]
    for manifest in (*inner, MANIFEST):
        own = Path(_fetch(client, wanted.repo, commit, manifest)).parent
        place = manifest.removesuffix(MANIFEST)
        for name in checksums(own):
            _fetch(client, wanted.repo, commit, place + name)
        _check(wanted, own)


def _check_names(wanted: HubName, names: Sequence[str]) -> None:
    """Raise SeqkitError for a file that would lie outside of the folder."""
    for name in names:
        if fault := fault_of_path(name):
            raise SeqkitError(f"{wanted}: lists a file {name!r}, which {fault}", "Do not use this model.")


def _check(wanted: HubName, folder: Path) -> None:
    """Raise SeqkitError for a file with another checksum than in the manifest; it does not stay in the cache."""
    faults = verify(folder)
    if not faults:
        return
    wrong = [name for name in checksums(folder) if any(fault.startswith(f"{name} ") for fault in faults)]
    for name in wrong:
        for path in ((folder / name).resolve(), folder / name):
            path.unlink(missing_ok=True)
    problem = f"{wanted}: {wrong[0]} is not the file that its manifest lists"
    raise SeqkitError(problem, "Pull it again: it may have been changed meanwhile; else tell its owner.")


@contextmanager
def _bars(client: Any, progress: bool) -> Iterator[None]:
    """Show the library's bars or not, and put its choice back."""
    hidden = client.utils.are_progress_bars_disabled()
    if not progress:
        client.utils.disable_progress_bars()
    try:
        yield
    finally:
        if not progress and not hidden:
            client.utils.enable_progress_bars()
