"""A check for code that runs on an accelerator, for machines without one.

Within `OneDevice` an operation fails that reads tensors of two devices, and one for whose result the program would wait
for the device: a value that Python looks at, or a tensor whose size depends on values.
"""

from __future__ import annotations

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

WAITS = {"_local_scalar_dense", "nonzero", "masked_select", "unique_dim", "_unique2", "equal"}
"""Operations whose result comes back from the device."""


class OneDevice(TorchDispatchMode):
    """Raises where two devices meet, and where a step waits for a device."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        tensors = [one for one in tree_leaves((args, kwargs or {})) if isinstance(one, torch.Tensor)]
        # A number that Python holds may be a tensor on the CPU.
        devices = {one.device.type for one in tensors if one.dim() or one.device.type != "cpu"}
        if len(devices) > 1 and name != "copy_":
            raise AssertionError(f"{function}: tensors of {devices} meet")
        if name == "copy_" and len(devices) > 1:
            raise AssertionError(f"{function}: a copy between {devices} within a step")
        if name in WAITS and devices != {"cpu"}:
            raise AssertionError(f"{function}: the step waits for the device")
        masked = name in ("index", "index_put_") and any(one.dtype == torch.bool for one in tensors[1:])
        if masked and devices != {"cpu"}:
            raise AssertionError(f"{function}: the step waits for the device")
        return function(*args, **(kwargs or {}))
