"""The weights of a model folder as numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkit.models.int8_rows import widened_in_numpy

Array = NDArray[Any]

_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I8": "<i1"}


class Weights:
    """The weights of a model, or of a part of it, by the names that they have in the torch form of that part."""

    def __init__(self, tensors: Mapping[str, Array], prefix: str = "", used: set[str] | None = None) -> None:
        self._tensors, self._prefix = tensors, prefix
        self._used = set[str]() if used is None else used

    def part(self, name: str) -> Weights:
        """Those of a part: `weights.part("network").part("layers.0")`."""
        return Weights(self._tensors, f"{self._prefix}{name}.", self._used)

    def has(self, name: str) -> bool:
        """Whether there is a weight of that name, or a part."""
        whole = self._prefix + name
        return whole in self._tensors or any(other.startswith(f"{whole}.") for other in self._tensors)

    def table(self, name: str, *shape: int | None) -> Array:
        """A weight as it is stored, perhaps in float16: of a table few rows are widened.

        Raises LookupError where there is none, ValueError where it has another shape (None: any size).
        """
        found = self._tensors[self._prefix + name]
        self._used.add(self._prefix + name)
        if len(found.shape) != len(shape) or any(
            size not in (None, real) for size, real in zip(shape, found.shape, strict=True)
        ):
            raise ValueError(f"{self._prefix}{name}: is of shape {found.shape}, not {shape}")
        return found

    def __call__(self, name: str, *shape: int | None) -> Array:
        """A weight in float32. Raises as `table`."""
        return self.table(name, *shape).astype(np.float32)

    def unused(self) -> set[str]:
        """The names that were not read."""
        return set(self._tensors) - self._used


def read_weights(path: Path) -> Weights:
    """The weights in a file of safetensors.

    Raises safetensors.SafetensorError for another file, ValueError for integers, NaN and infinity, which the torch form
    reports.
    """
    from safetensors import safe_open

    try:
        with safe_open(path, framework="np") as file:
            stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, no mapping
    except TypeError:  # numpy has no bfloat16
        stored = _with_bfloat16(path)
    wide = widened_in_numpy(stored)
    if not all(value.dtype.kind == "f" and np.isfinite(value).all() for value in wide.values()):
        raise ValueError(f"{path}: holds integers, NaN or infinity")
    return Weights(wide)


def _with_bfloat16(path: Path) -> dict[str, Array]:
    from safetensors import deserialize

    return {name: _array(**record) for name, record in deserialize(path.read_bytes())}


def _array(dtype: str, shape: list[int], data: bytes) -> Array:
    """A tensor as safetensors has it. bfloat16 is the upper half of float32."""
    if dtype == "BF16":
        wide = np.frombuffer(data, "<u2").astype(np.uint32) << 16
        return wide.view(np.float32).reshape(shape)
    return np.frombuffer(data, _TYPES[dtype]).reshape(shape)
