"""What can go wrong with the Hub, as errors with a fix."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.models.folder import HUB
from seqkit.models.hub_names import HubName

LOG_IN = "log in (`hf auth login`), or set HF_TOKEN"


def no_model(wanted: HubName, missing: str) -> SeqkitError:
    return SeqkitError(
        f"{wanted}: not a seqkit model ({missing} is missing)",
        "Name a repository with a folder that seqkit wrote.",
    )


@contextmanager
def errors_with_a_fix(wanted: HubName) -> Iterator[None]:
    """Turn what the library raises into a SeqkitError with its fix."""
    from huggingface_hub import errors

    try:
        yield
    except errors.HfHubHTTPError as error:
        raise _answer(wanted, error) from error
    except (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled, errors.HTTPError) as error:
        if isinstance(error.__cause__, errors.HfHubHTTPError):
            raise _answer(wanted, error.__cause__) from error
        raise _unreachable(wanted) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        problem = f"{wanted}: could not be fetched whole ({str(error).splitlines()[0]})"
        raise SeqkitError(problem, "Pull it again: it may have been changed meanwhile.") from error


def _answer(wanted: HubName, error: Any) -> SeqkitError:
    """The error for an answer of the Hub that is no file."""
    from huggingface_hub import errors

    status, path = error.response.status_code, str(error.response.url)
    if isinstance(error, errors.GatedRepoError):
        return SeqkitError(
            f"{wanted}: access to it must be granted", f"Ask for it on its page, then {LOG_IN}."
        )
    if status in (401, 403):
        return SeqkitError(
            f"{wanted}: is private, or not there", f"Check the name; if it is private, {LOG_IN}."
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return SeqkitError(f"{wanted}: there is no such model on the Hub", "Check owner and name.")
    if isinstance(error, errors.RevisionNotFoundError):
        problem = f"{HUB}{wanted.repo}: has no revision '{wanted.revision}'"
        return SeqkitError(problem, "Name a branch, a tag or a commit of it.")
    if isinstance(error, errors.EntryNotFoundError):
        return no_model(wanted, path.rsplit("/", 1)[-1])
    return SeqkitError(f"{wanted}: the Hub answers with status {status}", "Try again later.")


def _unreachable(wanted: HubName) -> SeqkitError:
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        problem = f"{wanted}: is not in the cache, and HF_HUB_OFFLINE is set"
        return SeqkitError(problem, "Unset it, and pull the model once.")
    problem = f"{wanted}: is not in the cache, and the Hub cannot be reached"
    return SeqkitError(problem, f"Check the network; the address is {constants.ENDPOINT} (HF_ENDPOINT).")
