"""Check that the processes of a training have the same options, data, packages and weights."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Mapping
from typing import Any

import torch

from seqkit._version import __version__
from seqkit.errors import SeqkitError
from seqkit.training.request import TrainingRequest


def check_alike(
    gathered: Callable[[str], list[str]],
    request: TrainingRequest,
    examples: str,
    versions: Mapping[str, Any],
    model: torch.nn.Module,
) -> None:
    """Raise SeqkitError in every process if something differs. Args: gathered, a text -> the texts of all processes."""
    own = {
        # Before the options: some of them follow from the data.
        "the training data": examples,
        "the options": _without_places(request),
        "the versions of packages": [
            __version__,
            torch.__version__,
            platform.python_version(),
            dict(versions),
        ],
        "the first weights": _weights(model),
    }
    for what, value in own.items():
        every = gathered(hashlib.sha256(repr(value).encode()).hexdigest())
        others = [rank for rank, one in enumerate(every) if one != every[0]]
        if others:
            raise SeqkitError(
                f"{what} differ between process 0 and process {', '.join(map(str, others[:10]))}",
                "Give every host the same command, the same files and the same packages.",
            )


def _without_places(request: TrainingRequest) -> Any:
    """The options, without paths and threads, which may differ between hosts."""
    sections = {name: dict(values) for name, values in request.sections.items()}
    for place in ("train", "dev", "start"):
        sections["sources"].pop(place, None)
    sections["training"].pop("threads", None)
    return sections


def _weights(model: torch.nn.Module) -> str:
    digest = hashlib.sha256()
    for name, value in model.state_dict().items():
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
