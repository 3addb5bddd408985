"""Choose the device that a process computes on. Imports torch only if a device other than the CPU is named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from seqkit.errors import SeqkitError

if TYPE_CHECKING:
    import torch

DEFAULT = "cpu"
PROCESSES_PER_CORE = 4
"""Maximum number of training processes per CPU core. Each needs separate memory, and more are slower."""
AUTO = "auto"
"""The first accelerator, or the CPU if there is none."""


class _Chosen:
    name = DEFAULT


def devices() -> list[str]:
    """Names of the available devices, the CPU first."""
    import torch

    found = [DEFAULT]
    if torch.cuda.is_available():
        found += [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        found.append("mps")
    return found


def use_device(name: str = "") -> None:
    """Compute on the named device from now on; "" is the CPU, for which torch is not imported.

    Raises SeqkitError, with the available devices, if the device is not available.
    """
    if name in ("", DEFAULT):
        _Chosen.name = DEFAULT
        return
    # cuBLAS is deterministic only with a fixed workspace; it reads this variable when it is initialised.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    _Chosen.name = str(device_named(name))


@contextmanager
def computing_on(name: str) -> Iterator[None]:
    """A context that computes on a device; "" keeps the current one. For use as a library."""
    before = _Chosen.name
    if name:
        use_device(name)
    try:
        yield
    finally:
        _Chosen.name = before


def check_enough(name: str, count: int) -> None:
    """Raise SeqkitError for more processes than accelerators, or than `PROCESSES_PER_CORE` allows on the CPU.

    Args: name, the value of `--device`; count, the number of processes.
    """
    if on_cpu():
        cores = os.cpu_count() or 1
        if count > PROCESSES_PER_CORE * cores:
            problem = f"--devices {count}: too many processes for {cores} CPU cores"
            fix = f"Give at most {PROCESSES_PER_CORE * cores}; one per core is the fastest."
            raise SeqkitError(problem, fix, exit_code=2)
        return
    if ":" in name:
        fix = f"Name the kind alone: --device {name.partition(':')[0]}."
        raise SeqkitError(f"--device {name}: is one device, for {count} processes", fix, exit_code=2)
    available = [one for one in devices() if one.partition(":")[0] == chosen_device().type]
    if len(available) < count:
        problem = f"--devices {count}: there are {len(available)} devices of that kind"
        raise SeqkitError(problem, f"Available devices: {', '.join(devices())}.", exit_code=2)


def chosen_device() -> torch.device:
    """The device that this process computes on."""
    import torch

    return torch.device(_Chosen.name)


def device_name() -> str:
    """The chosen device as an argument of `use_device`. Imports no torch."""
    return _Chosen.name


def on_cpu() -> bool:
    """Whether this process computes on the CPU. Imports no torch."""
    return _Chosen.name == DEFAULT


def device_class() -> str:
    """The kind of accelerator that this process computes on, such as "cuda NVIDIA H100"."""
    import torch

    device = chosen_device()
    return f"cuda {torch.cuda.get_device_name(device)}" if device.type == "cuda" else device.type


def device_named(name: str = DEFAULT) -> torch.device:
    """Resolve a device name: cpu, cuda (the first, or that of this process's LOCAL_RANK), cuda:1, mps, auto.

    Raises SeqkitError, with the available devices, for any other name.
    """
    import torch

    present = devices()
    if name in present:
        return torch.device(name)
    accelerators = [one for one in present if one != DEFAULT]
    if name == AUTO and not accelerators:
        return torch.device(DEFAULT)
    matching = [one for one in accelerators if name in (AUTO, one.partition(":")[0])]
    if not matching:
        fix = f"Available devices: {', '.join(present)}."
        raise SeqkitError(f"--device {name}: no such device", fix, exit_code=2)
    rank = int(os.environ.get("LOCAL_RANK") or 0)
    if rank >= len(matching):
        problem = f"--device {name}: no device left for process {rank} of this machine"
        raise SeqkitError(problem, f"Available devices: {', '.join(present)}.", exit_code=2)
    return torch.device(matching[rank])
