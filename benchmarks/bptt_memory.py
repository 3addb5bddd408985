"""Peak of saved tensors and time of a training step with `bptt_memory=N`, compared with plain back-propagation.

    python benchmarks/bptt_memory.py --steps 1000,10000 --shares 0.5,0.1 --out rows.jsonl
    python benchmarks/bptt_memory.py --table --out rows.jsonl

A single recurrent layer (rows × T × inputs of data) with a loss on the last state, as in the adding problem. Budgets
are shares of the bytes that plain back-propagation keeps. Times are medians of pairs, plain and within the budget, in
CPU time on one thread. Gradients are compared in float64 and in float32, relative to the largest of each parameter;
beside the float32 figure stand the distances of both float32 gradients from plain ones in float64. A setting whose row
is in the file is not measured again.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from seqkit.models.contracts import Counts, Loss
from seqkit.models.recurrences import recurrence_class
from seqkit.nn.recurrent import Recurrence, State
from seqkit.nn.saved import SavedBytes
from seqkit.training.memory_budget import MemoryBudget


class MinGRU(Recurrence):
    """A layer without a kernel: the plain loop over its steps."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size)
        self.gate, self.candidate = nn.Linear(input_size, hidden_size), nn.Linear(input_size, hidden_size)

    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        """One step."""
        u = torch.sigmoid(self.gate(x_BD))
        z_BH = (1 - u) * state[0] + u * self.candidate(x_BD)
        return z_BH, (z_BH,)


class Layer:
    """A layer as a Trainable for which a budget can be planned."""

    def __init__(self, name: str, inputs: int, hidden: int, dtype: torch.dtype) -> None:
        torch.manual_seed(1)
        kind = MinGRU if name == "mingru" else recurrence_class(name)
        self.model = kind(inputs, hidden).to(dtype)

    def state_dict(self) -> dict[str, Tensor]:
        """No state is carried from batch to batch."""
        return {}

    def load_state_dict(self, state: Any) -> None:
        """No state is carried from batch to batch."""

    def loss(self, x_BTD: Tensor) -> Loss:
        """A loss that depends only on the last state, as in the adding problem."""
        _, end = self.model(x_BTD)
        total = sum((part.square().sum() for part in end), x_BTD.new_zeros(()))
        return Loss(total, torch.tensor(1), Counts.of(total, torch.tensor(0), torch.tensor(1)))


def step(
    layer: Layer, x_BTD: Tensor, budget: MemoryBudget | None, count: bool
) -> tuple[list[Tensor], int, float]:
    """Gradients, peak of saved bytes and CPU seconds of one step. Counting bytes takes time, so it is optional."""
    layer.model.zero_grad(set_to_none=True)
    counter = SavedBytes(without=layer.model.parameters())
    started = time.process_time()
    if count:
        with counter:
            _backward(layer, x_BTD, budget)
    else:
        _backward(layer, x_BTD, budget)
    seconds = time.process_time() - started
    return [p.grad for p in layer.model.parameters() if p.grad is not None], counter.peak, seconds


def _backward(layer: Layer, x_BTD: Tensor, budget: MemoryBudget | None) -> None:
    if budget is None:
        layer.loss(x_BTD).total.backward()
        return
    with budget.step(x_BTD, lambda: layer.loss(x_BTD)):
        loss = layer.loss(x_BTD)
    loss.total.backward()


def deviation(ours: list[Tensor], theirs: list[Tensor]) -> float:
    """The largest difference, relative to the largest absolute value of each gradient."""
    return max(
        float((one - other).abs().max() / other.abs().max().clamp(min=1e-30))
        for one, other in zip(ours, theirs, strict=True)
    )


def measure(name: str, steps: int, share: float, given: argparse.Namespace) -> dict[str, Any]:
    """One row."""
    row: dict[str, Any] = {"recurrence": name, "T": steps, "share": share}
    row |= {"rows": given.rows, "hidden": given.hidden}
    exact: list[Tensor] = []
    for dtype in (torch.float64, torch.float32):
        layer = Layer(name, given.inputs, given.hidden, dtype)
        generator = torch.Generator().manual_seed(1)
        x_BTD = torch.randn(given.rows, steps, given.inputs, generator=generator).to(dtype)
        plain, peak, _ = step(layer, x_BTD, None, count=True)
        exact = exact or plain
        budget = MemoryBudget(layer, int(share * peak))  # type: ignore[arg-type]
        ours, less, _ = step(layer, x_BTD, budget, count=True)
        kind = str(dtype).removeprefix("torch.")
        row[f"deviation_{kind}"] = deviation(ours, plain)
    row["rounding_float32"] = deviation([one.double() for one in ours], exact)
    row["plain_rounding_float32"] = deviation([one.double() for one in plain], exact)
    row |= {"plain_bytes": peak, "budget": budget.limit, "peak": less, "within": less <= budget.limit}
    pairs = [
        (step(layer, x_BTD, None, False)[2], step(layer, x_BTD, budget, False)[2]) for _ in range(given.pairs)
    ]
    row["time_ratio"] = statistics.median(ours / plain for plain, ours in pairs)
    row["plain_seconds"] = statistics.median(plain for plain, _ in pairs)
    return row


def table(path: Path) -> str:
    """The rows of a file in Markdown."""
    lines = [
        "| recurrence | T | budget, % of plain | peak ≤ budget | float64 | float32 "
        "| from float64: ours (plain) | time |",
        "| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for row in rows_of(path):
        held = "yes" if row["within"] else "**no**"
        lines.append(
            f"| {row['recurrence']} | {row['T']:,} | {100 * row['share']:g} "
            f"| {held} ({100 * row['peak'] / row['plain_bytes']:.1f} %) | {row['deviation_float64']:.0e} "
            f"| {row['deviation_float32']:.1e} | {row['rounding_float32']:.1e} ({row['plain_rounding_float32']:.1e}) "
            f"| {row['time_ratio']:.2f} × |"
        )
    return "\n".join(lines)


def rows_of(path: Path | None) -> list[dict[str, Any]]:
    """The rows in a file; none without a file."""
    if path is None or not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Measure all settings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recurrence", default="rnn,gru,lstm,sru,mingru")
    parser.add_argument("--steps", default="1000,10000")
    parser.add_argument("--shares", default="0.5,0.1")
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--inputs", type=int, default=2)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--out", type=Path, help="Append each row to this file.")
    parser.add_argument("--table", action="store_true", help="Print the table of the rows in --out.")
    given = parser.parse_args()
    if given.table:
        print(table(given.out))
        return
    torch.set_num_threads(1)
    done = {(row["recurrence"], row["T"], row["share"]) for row in rows_of(given.out)}
    for name in given.recurrence.split(","):
        for steps in map(int, given.steps.split(",")):
            for share in map(float, given.shares.split(",")):
                if (name, steps, share) in done:
                    continue
                row = json.dumps(measure(name, steps, share, given))
                print(row, flush=True)
                if given.out is not None:
                    with given.out.open("a", encoding="utf-8") as file:
                        file.write(row + "\n")


if __name__ == "__main__":
    main()
