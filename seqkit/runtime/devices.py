"""The one place where a command chooses the device that it computes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkit.errors import SeqkitError

if TYPE_CHECKING:
    import torch

DEFAULT = "cpu"


def devices() -> list[str]:
    """Names of the devices that are there. Accelerators are not supported yet."""
    return [DEFAULT]


def device_named(name: str = DEFAULT) -> torch.device:
    """The device of that name. Raises SeqkitError, naming those that are there, for any other."""
    import torch

    if name not in devices():
        fix = f"Devices that are there: {', '.join(devices())}."
        raise SeqkitError(f"there is no device '{name}'", fix, exit_code=2)
    return torch.device(name)
