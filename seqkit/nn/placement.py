"""Moving batches to the device of a model, and what can be computed there without waiting for the device.

A value that Python looks at (`bool(x)`, `int(x)`, `x[mask]`) must come back from the device first, which stops the
stream of work. On the CPU looking is free and padding costs time, so the functions here look on the CPU only.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn


def mapped(batch: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """A batch with every tensor changed, in tuples, lists, mappings and dataclasses; other values stay."""
    if isinstance(batch, Tensor):
        return change(batch)
    if isinstance(batch, dict):
        return {key: mapped(value, change) for key, value in batch.items()}
    if isinstance(batch, list):
        return [mapped(value, change) for value in batch]
    if isinstance(batch, tuple):
        fields = [mapped(value, change) for value in batch]
        return type(batch)(*fields) if hasattr(batch, "_fields") else tuple(fields)
    if dataclasses.is_dataclass(batch) and not isinstance(batch, type):
        values = {f.name: mapped(getattr(batch, f.name), change) for f in dataclasses.fields(batch) if f.init}
        return dataclasses.replace(batch, **values)
    return batch


def placed(batch: Any, device: torch.device) -> Any:
    """A batch of CPU tensors on a device. For CUDA through pinned memory, so that the copy does not wait."""
    if device.type == "cpu":
        return batch
    if device.type == "cuda":
        return mapped(batch, lambda part: part.pin_memory().to(device, non_blocking=True))
    return mapped(batch, lambda part: part.to(device))


def device_of(model: nn.Module) -> torch.device:
    """The device of a model's weights; the CPU for a model without weights."""
    first = next(model.parameters(), None)
    return torch.device("cpu") if first is None else first.device


def placed_for(model: nn.Module, batch: Any) -> Any:
    """A batch of CPU tensors on the device of a model."""
    return placed(batch, device_of(model))


def on_host(x: Tensor) -> bool:
    """Whether Python can look at a tensor without waiting."""
    return x.device.type == "cpu"


def all_real(mask: Tensor) -> bool:
    """Whether a mask is known to be True everywhere. On an accelerator it is not looked at: False is always right."""
    return on_host(mask) and bool(mask.all())


def widened(x: Tensor) -> Tensor:
    """A sum in float64 without history, so that sums over an epoch lose nothing; MPS has float32 only."""
    return x.detach().to(widest(x.device))


def widest(device: torch.device) -> torch.dtype:
    """The widest floating point format of a device: MPS has no float64."""
    return torch.float32 if device.type == "mps" else torch.float64


def steps_with_target(x_BTD: Tensor, y_BT: Tensor, mask_BT: Tensor) -> tuple[Tensor, Tensor]:
    """The steps where the mask is True, and their targets: x_ND and y_N.

    Only the device knows how many there are: on an accelerator all steps are returned, the others with the target -1.
    """
    if on_host(x_BTD):
        return x_BTD[mask_BT], y_BT[mask_BT]
    return x_BTD.flatten(0, 1), y_BT.masked_fill(~mask_BT, -1).flatten()


def summed(x_N: Tensor, y_N: Tensor) -> Tensor:
    """The sum over steps that have a target, as `steps_with_target` returns them."""
    return x_N.sum() if on_host(x_N) else x_N.masked_fill(y_N < 0, 0.0).sum()


def under_autocast(x: Tensor) -> bool:
    """Whether matrix products with a tensor use another number format than its own."""
    kind = x.device.type
    return torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind)


def without_autocast(x: Tensor) -> AbstractContextManager[Any]:
    """Within it, products on the device of a tensor are made in the number format of their factors."""
    return torch.autocast(x.device.type, enabled=False) if under_autocast(x) else nullcontext()
