"""Save and restore the state of torch's random numbers on a device."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class RandomState:
    """Random numbers of the CPU and, where a model is on one, of its accelerator."""

    device: torch.device
    of_cpu: Tensor
    of_device: Tensor | None

    @classmethod
    def of(cls, device: torch.device) -> RandomState:
        """The state as it is now."""
        of_device = None
        if device.type == "cuda":
            of_device = torch.cuda.get_rng_state(device)
        elif device.type == "mps":
            of_device = torch.mps.get_rng_state()
        return cls(device, torch.get_rng_state(), of_device)

    def restore(self) -> None:
        """Put the state back."""
        torch.set_rng_state(self.of_cpu)
        if self.of_device is not None and self.device.type == "cuda":
            torch.cuda.set_rng_state(self.of_device, self.device)
        elif self.of_device is not None:
            torch.mps.set_rng_state(self.of_device)
