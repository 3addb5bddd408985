"""Save and load the state of a run, so that a resumed run equals an uninterrupted one. One file, written atomically."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.evaluation.metric import Metric
from seqkit.io.atomic import atomic_write
from seqkit.nn.placement import device_of

STATE = "state.safetensors"
FORMAT = 1


@dataclass
class Progress:
    """Progress of a run. `epoch` and `batch` count from 0 and identify the next batch."""

    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    nll: float = 0.0
    """Summed over this epoch so far, as are `right` and `steps`."""
    right: int = 0
    steps: int = 0
    updates: int = 0
    norm: float = 0.0
    """Norms of the gradients, before clipping, summed over the updates of this epoch so far."""
    norms: int = 0
    """Number of these norms."""
    best_score: float | None = None
    best_epoch: int = 0
    best_sha256: str = ""
    """Checksum of the file with the weights of the best epoch."""
    finished: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)
    """The figures of each epoch: the lines of `metrics.csv`."""
    scores: list[list[Any]] = field(default_factory=list)
    """The fields of each metric on dev, for each epoch."""
    time_parallel: dict[str, Any] = field(default_factory=dict)
    """Decisions and counts of `time_parallel`, by layer."""

    def metrics(self, epoch: int) -> list[Metric]:
        """The metrics on dev after an epoch, counted from 1."""
        return [Metric(*fields) for fields in self.scores[epoch - 1]] if self.scores else []

    @property
    def best(self) -> list[Metric]:
        """The metrics on dev of the best epoch."""
        return self.metrics(self.best_epoch)


def save_state(
    path: Path,
    progress: Progress,
    model: nn.Module,
    average: dict[str, Tensor],
    optimizer: torch.optim.Optimizer,
    carried: Mapping[str, Tensor] | None = None,
) -> None:
    """Write weights, their average, the optimizer's state, a task's carried state and the progress, atomically.

    The optimizer's state is that of each parameter and of its `param_groups`.
    """
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in average.items()}
    tensors |= {f"carried.{name}": value for name, value in (carried or {}).items()}
    for number, moments in optimizer.state_dict()["state"].items():
        tensors |= {
            f"optimizer.{number}.{name}": torch.as_tensor(v) for name, v in moments.items() if v is not None
        }
    options, held = _of_groups(optimizer)
    tensors |= held
    metadata = {
        "progress": json.dumps(asdict(progress)),
        "groups": json.dumps(options),
        "format": str(FORMAT),
    }
    metadata["sha256"] = _checksum(tensors, metadata)
    with atomic_write(path, links=False) as file:
        # Copies: safetensors refuses tensors that share memory, as tied weights do.
        copies = {n: v.clone(memory_format=torch.contiguous_format) for n, v in tensors.items()}
        file.write(save(copies, metadata))


def _of_groups(optimizer: torch.optim.Optimizer) -> tuple[list[dict[str, Any]], dict[str, Tensor]]:
    """The values in `param_groups` that JSON can represent, and the tensors there by name.

    Some optimizers count steps there or store an estimated step size: without these a resumed run would differ.
    """
    options: list[dict[str, Any]] = []
    held: dict[str, Tensor] = {}
    for number, group in enumerate(optimizer.state_dict()["param_groups"]):
        kept = {name: value for name, value in group.items() if name != "params"}
        held |= {f"group.{number}.{name}": v for name, v in kept.items() if isinstance(v, Tensor)}
        options.append({name: value for name, value in kept.items() if _is_plain(value)})
    return options, held


def _is_plain(value: Any) -> bool:
    """Whether JSON represents a value exactly; a tuple becomes a list, which `_restore_groups` converts back."""
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str)


def _restore_groups(
    groups: list[dict[str, Any]], options: list[dict[str, Any]], tensors: Mapping[str, Tensor]
) -> None:
    """Restore the values from `_of_groups`. A state of an older seqkit has none."""
    for number, (group, saved) in enumerate(zip(groups, options, strict=bool(options))):
        for name, value in saved.items():
            group[name] = tuple(value) if isinstance(group.get(name), tuple) else value
        group.update(_below(dict(tensors), f"group.{number}."))


def load_state(
    path: Path,
    model: nn.Module,
    average: dict[str, Tensor],
    optimizer: torch.optim.Optimizer,
    carry: Callable[[Mapping[str, Tensor]], None] | None = None,
) -> Progress:
    """Restore a saved state. Raises SeqkitError if the file is damaged or belongs to other weights.

    Args: carry, a function that receives the task's carried state.
    """
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        if metadata.pop("sha256", None) not in (None, _checksum(tensors, metadata)):
            raise ValueError("its checksum differs")
        model.load_state_dict(_below(tensors, "model."))
        where = device_of(model)
        average.update({name: value.to(where) for name, value in _below(tensors, "average.").items()})
        restored = optimizer.state_dict()
        restored["state"] = {}
        for name, value in _below(tensors, "optimizer.").items():
            number, moment = name.split(".", 1)
            restored["state"].setdefault(int(number), {})[moment] = value
        _restore_groups(restored["param_groups"], json.loads(metadata.get("groups", "[]")), tensors)
        optimizer.load_state_dict(restored)
        if carry is not None:
            carry(_below(tensors, "carried."))
        return Progress(**json.loads(metadata["progress"]))
    except (
        SafetensorError,
        RuntimeError,
        LookupError,
        AttributeError,
        TypeError,
        ValueError,
        OSError,
    ) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise SeqkitError(
            f"{path}: not a state of this run ({reason})", "Start again with another --out."
        ) from error


def _checksum(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> str:
    """A checksum of all that a state holds."""
    digest = hashlib.sha256(json.dumps(dict(metadata), sort_keys=True).encode())
    for name, value in sorted(tensors.items()):
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        digest.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """The checksum of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_best(path: Path, sha256: str) -> None:
    """Raise SeqkitError if the weights of the best epoch are missing, or not those that the run wrote.

    Args: sha256, their checksum, "" for a run of an earlier seqkit.
    """
    if not path.is_file() or (sha256 and sha256_of(path) != sha256):
        raise SeqkitError(
            f"{path}: is missing, or not what this run wrote", "Start again with another --out."
        )


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
