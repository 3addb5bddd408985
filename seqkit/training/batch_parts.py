"""Select rows of a batch of any structure."""

from __future__ import annotations

import dataclasses
from typing import Any

from torch import Tensor

from seqkit.errors import SeqkitError
from seqkit.nn.draws import Rows


def rows_of(batch: Any, rows: Rows, task: str) -> Any:
    """The batch with these examples only: their rows of every tensor and list in it.

    Raises SeqkitError for a tensor whose first dimension does not count the examples. Args: task, its name.
    """
    if isinstance(batch, Tensor):
        return _of_tensor(batch, rows, task)
    if isinstance(batch, dict):
        return {key: rows_of(value, rows, task) for key, value in batch.items()}
    if isinstance(batch, list) and len(batch) == rows.total:
        return [batch[position] for position in rows.own_N.tolist()]
    if isinstance(batch, tuple):
        fields = [rows_of(value, rows, task) for value in batch]
        return type(batch)(*fields) if hasattr(batch, "_fields") else tuple(fields)
    if dataclasses.is_dataclass(batch) and not isinstance(batch, type):
        names = [field.name for field in dataclasses.fields(batch) if field.init]
        return dataclasses.replace(batch, **{n: rows_of(getattr(batch, n), rows, task) for n in names})
    if batch is None or isinstance(batch, bool | int | float | str):
        return batch
    kind = type(batch).__name__
    raise SeqkitError(
        f"{task}: its batches hold a {kind}, which several processes cannot divide",
        "Train with one process, or let its author override `Trainable.part`.",
        exit_code=2,
    )


def _of_tensor(tensor: Tensor, rows: Rows, task: str) -> Tensor:
    if tensor.dim() and len(tensor) == rows.total:
        return tensor.index_select(0, rows.own_N)
    shape = tuple(tensor.shape)
    raise SeqkitError(
        f"{task}: its batches of {rows.total} examples hold a tensor of shape {shape}, which several processes cannot "
        "divide",
        "Train with one process, or let its author override `Trainable.part`.",
        exit_code=2,
    )
