"""A group of processes that train one model: each update adds their gradients by one all-reduce of a flat buffer.

Tasks call methods other than `forward`, whose gradients the hooks of DistributedDataParallel would miss. Each process
takes some examples of each batch, and random numbers are drawn for the whole batch (`seqkit.nn.draws`): the gradient
equals that of one process up to the order of sums.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.nn.draws import Rows, dividing
from seqkit.nn.placement import placed
from seqkit.training.alike import check_alike
from seqkit.training.division import check_divides
from seqkit.training.group import Agreed, Group
from seqkit.training.loop import Training
from seqkit.training.request import TrainingRequest
from seqkit.training.trainable import Trainable

MEET = 10
"""Updates between two calls of `agree` on signals, time and saving."""


class RankLost(SeqkitError):
    """Another process of the group has ended."""


@contextmanager
def losses_named() -> Iterator[None]:
    """A context that raises RankLost if a collective operation fails because a process has ended."""
    try:
        yield
    except RuntimeError as error:
        fix = "Continue from the last saved state: the same command with --resume."
        raise RankLost("another process of this training has ended", fix) from error


class Ranks(Group):
    """This process as one of several."""

    def __init__(self, device: torch.device) -> None:
        """Create it after `torch.distributed` has started. Args: device, of this process."""
        self.rank, self.size, self.device = dist.get_rank(), dist.get_world_size(), device
        # Numbers that Python reads go over the CPU: reading them from an accelerator would wait for it.
        backend = dist.get_backend()
        self._control = dist.group.WORLD if backend == "gloo" else dist.new_group(backend="gloo")

    @contextmanager
    def own(self, task: Trainable, indices: Sequence[int], batch: Any) -> Iterator[Any]:
        positions = task.divided(indices, self.size)[self.rank]
        if not positions:
            yield None
            return
        part = task.part(batch, Rows(len(indices), torch.tensor(positions)))
        with dividing({kind: placed(rows, self.device) for kind, rows in part.rows.items()}):
            yield part.batch

    def divisor(self, first: Tensor) -> Tensor | float:
        return 1.0

    def combine(self, parameters: Sequence[nn.Parameter], weights: Sequence[Tensor]) -> None:
        """Add gradients and weights of all processes, and divide. A parameter without a gradient in any keeps none."""
        trained = [parameter for parameter in parameters if parameter.requires_grad]
        flat, views = _flat([*trained], weights)
        with losses_named():
            dist.all_reduce(flat)
        there = views.there.tolist() if self.device.type == "cpu" else [1.0] * len(trained)
        flat[: views.numbers] /= views.weights.clamp(min=1).sum()
        for parameter, view, count in zip(trained, views.gradients, there, strict=True):
            parameter.grad = view if count else None

    def summed(self, counts_N3: Tensor) -> Tensor:
        with losses_named():
            on_cpu = counts_N3.cpu()
            dist.all_reduce(on_cpu, group=self._control)
        return on_cpu

    def meets(self, updates: int) -> bool:
        return updates % MEET == 0

    def agree(self, signal: int, seconds: float, save: bool) -> Agreed:
        """The highest signal number of all processes; time and saving as the first process decides."""
        first = self.rank == 0
        seen = torch.tensor([signal, seconds * first, save * first], dtype=torch.float64)
        with losses_named():
            dist.all_reduce(seen, op=dist.ReduceOp.MAX, group=self._control)
        number, seconds, save_now = seen.tolist()
        return Agreed(int(number), seconds, bool(save_now))

    def broadcast(self, value: Any) -> Any:
        return json.loads(self._bytes(json.dumps(value).encode() if self.rank == 0 else b""))

    def gathered(self, value: str) -> list[str]:
        """A short text of each process, in their order."""
        own = torch.zeros(256, dtype=torch.uint8)
        data = value.encode()[:256]
        own[: len(data)] = torch.tensor(list(data), dtype=torch.uint8)
        every = [torch.zeros_like(own) for _ in range(self.size)]
        with losses_named():
            dist.all_gather(every, own, group=self._control)
        return [bytes(one.tolist()).rstrip(b"\0").decode() for one in every]

    @contextmanager
    def copied(self, path: Path) -> Iterator[Path | None]:
        if not self.broadcast(path.exists()):
            yield None
            return
        data = self._bytes(path.read_bytes() if self.rank == 0 else b"")
        if self.rank == 0:
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="seqkit-") as folder:
            copy = Path(folder) / path.name
            copy.write_bytes(data)
            yield copy

    def _bytes(self, data: bytes) -> bytes:
        """Broadcast the bytes of the first process."""
        size = torch.tensor([len(data)])
        with losses_named():
            dist.broadcast(size, 0, group=self._control)
            part = torch.empty(int(size), dtype=torch.uint8)
            if self.rank == 0:
                part = torch.frombuffer(bytearray(data), dtype=torch.uint8) if data else part
            dist.broadcast(part, 0, group=self._control)
        return part.numpy().tobytes()

    def check_alike(
        self, request: TrainingRequest, examples: str, versions: Mapping[str, Any], model: nn.Module
    ) -> None:
        check_alike(self.gathered, request, examples, versions, model)

    def check_divides(self, training: Training) -> None:
        check_divides(training, self)

    def joined(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        shapes = self.broadcast({name: list(part.shape) for name, part in state.items()})
        whole = {}
        for name, shape in shapes.items():
            part = state.get(name)
            fits = part is not None and list(part.shape) == shape
            whole[name] = part.cpu().double() if part is not None and fits else torch.zeros(shape).double()
            with losses_named():
                dist.all_reduce(whole[name], group=self._control)
        return {name: part.to(state[name].dtype) if name in state else part for name, part in whole.items()}


class _Views:
    """Parts of a flat buffer."""

    def __init__(self, flat: Tensor, parameters: Sequence[nn.Parameter], batches: int) -> None:
        self.numbers = sum(parameter.numel() for parameter in parameters)
        pieces = flat[: self.numbers].split([parameter.numel() for parameter in parameters])
        self.gradients = [
            piece.view_as(parameter) for piece, parameter in zip(pieces, parameters, strict=True)
        ]
        self.there = flat[self.numbers : self.numbers + len(parameters)]
        """Number of processes with a gradient, for each parameter."""
        self.weights = flat[self.numbers + len(parameters) :]
        assert len(self.weights) == batches


def _flat(parameters: list[nn.Parameter], weights: Sequence[Tensor]) -> tuple[Tensor, _Views]:
    """A flat buffer of all gradients, flags for their existence, and the weights of the batches."""
    size = sum(parameter.numel() for parameter in parameters) + len(parameters) + len(weights)
    flat = parameters[0].new_zeros(size)
    views = _Views(flat, parameters, len(weights))
    for number, (parameter, view) in enumerate(zip(parameters, views.gradients, strict=True)):
        if parameter.grad is not None:
            view.copy_(parameter.grad)
            views.there[number] = 1
    views.weights.copy_(torch.stack([weight.to(flat) for weight in weights]))
    return flat, views
