"""Solve recurrent layers for all time steps at once: errors, predictions, time.

    python benchmarks/time_parallel.py certify --cells 1000 --out certify.jsonl
    python benchmarks/time_parallel.py predict --cells 200 --out predict.jsonl
    python benchmarks/time_parallel.py speed --out speed.jsonl

Random cells (`random_cells.py`), float64, T = 1,000, one sequence each. A row is appended to the file for each cell at
once, and a repeated command continues at the end of its file; `--table` prints the results in a file.

Shapes: B cells, T steps, N numbers of the state.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from random_cells import CellSteps, Draw, cell, draws
from torch import Tensor

from seqkit.models.recurrences import recurrence_class
from seqkit.nn.recurrent import Recurrence
from seqkit.nn.running import running
from seqkit.nn.time_parallel.check import whole_form
from seqkit.nn.time_parallel.newton import TOLERANCE, most_iterations, solve
from seqkit.nn.time_parallel.predict import LONGEST, continued, pilots
from seqkit.nn.time_parallel.products import product_tree, scan
from seqkit.nn.time_parallel.runner import Plan, TimeParallel, fixed

T = 1000
RECURRENCES, SIZES = ("rnn", "gru", "lstm"), (8, 16)
FIXED = 3
"""Number of iterations of ParaRNN (Danieli et al. 2025), whose check of the residual is commented out."""
TOGETHER = 20
"""Number of cells of a batch."""


def loop(steps: CellSteps) -> Tensor:
    """Compute the states by the loop over steps."""
    s_BN = torch.zeros(steps.shape[0], sum(steps.sizes), dtype=torch.float64)
    states = []
    for t in range(steps.shape[1]):
        s_BN = steps.part(slice(None), slice(t, t + 1)).values(s_BN[:, None])[:, 0]
        states.append(s_BN)
    return torch.stack(states, dim=1)


def exponents(steps: CellSteps, s_BTN: Tensor) -> Tensor:
    """λ of each cell along its states, without the first 50 steps."""
    J_BTNN = steps.jacobians(_before(s_BTN), "dense")[1][:, :, 0]
    draw = torch.Generator().manual_seed(1)
    q_BN1 = torch.randn(*s_BTN.shape[::2], 1, generator=draw, dtype=torch.float64)
    logs = []
    for t in range(s_BTN.shape[1]):
        q_BN1 = J_BTNN[:, t] @ q_BN1
        norm_B11 = q_BN1.norm(dim=1, keepdim=True)
        q_BN1 = q_BN1 / norm_B11
        logs.append(norm_B11[:, 0, 0].log())
    return torch.stack(logs[50:], dim=1).mean(1)


def fixed_iterations(steps: CellSteps) -> Tensor:
    """States after FIXED iterations of Newton's method, without a check."""
    B, N = steps.shape[0], sum(steps.sizes)
    s_BTN = torch.zeros(B, steps.shape[1], N, dtype=torch.float64)
    for _ in range(FIXED):
        f_BTN, J_BTGPP = steps.jacobians(_before(s_BTN), "dense")
        s_BTN = s_BTN + scan(product_tree(J_BTGPP), (f_BTN - s_BTN)[:, :, None])[:, :, 0]
    return s_BTN


def _before(s_BTN: Tensor) -> Tensor:
    return torch.cat([torch.zeros_like(s_BTN[:, :1]), s_BTN[:, :-1]], dim=1)


def certify(chosen: Sequence[Draw]) -> list[dict[str, Any]]:
    """Solve cells, and compare with the loop."""
    steps = _steps(chosen, T)
    right_BTN = loop(steps)
    start_BN = torch.zeros(len(chosen), sum(steps.sizes), dtype=torch.float64)
    found = solve(steps, start_BN, "dense", "dense")
    error_B = (found.s_BTN - right_BTN).norm(dim=-1).amax(1)
    fixed_B = (fixed_iterations(steps) - right_BTN).norm(dim=-1).amax(1).nan_to_num(nan=1e9, posinf=1e9)
    rows = zip(
        chosen,
        exponents(steps, right_BTN).tolist(),
        found.accepted_B.tolist(),
        found.iterations_B.tolist(),
        error_B.tolist(),
        found.error_B.tolist(),
        fixed_B.tolist(),
        strict=True,
    )
    names = ("exponent", "accepted", "iterations", "error", "bound", "error_fixed")
    return [asdict(draw) | dict(zip(names, values, strict=True)) for draw, *values in rows]


def predict(chosen: Sequence[Draw]) -> list[dict[str, Any]]:
    """Predict from the beginning of one sequence, and solve another of the same kind."""
    seen, other = _steps(chosen, T, 1), _steps(chosen, T)
    start_BN = torch.zeros(len(chosen), sum(seen.sizes), dtype=torch.float64)
    first = seen.part(slice(None), slice(0, LONGEST))
    exponent_B = exponents(first, loop(first))
    counts_LB = [counts_B.tolist() for counts_B in pilots(seen, start_BN, "dense", "dense", T)]
    found = solve(other, start_BN, "dense", "dense")
    rows = []
    for number, draw in enumerate(chosen):
        exponent = float(exponent_B[number])
        expected = continued([counts_B[number] for counts_B in counts_LB]) if exponent < 0 else math.inf
        outcome = {
            "exponent": exponent,
            "predicted": min(expected, 1e9),
            "accepted": bool(found.accepted_B[number]),
            "iterations": int(found.iterations_B[number]),
        }
        rows.append(asdict(draw) | outcome)
    return rows


def _steps(chosen: Sequence[Draw], steps: int, shift: int = 0) -> CellSteps:
    """Cells with their inputs. Args: shift, of the seeds of the inputs."""
    layers = [cell(draw, draw.hidden) for draw in chosen]
    inputs = [
        torch.randn(
            steps,
            draw.hidden,
            generator=torch.Generator().manual_seed(draw.seed + shift),
            dtype=torch.float64,
        )
        for draw in chosen
    ]
    return CellSteps.of(layers, torch.stack(inputs))


def speed(recurrence: str, hidden: int, steps: int) -> dict[str, Any]:
    """CPU seconds of one training step through the loop, the layer's own forward pass, and Newton's method."""
    torch.manual_seed(1)
    layer = recurrence_class(recurrence)(hidden, hidden)
    for U in layer.recurrent_matrices():
        U.mul_(0.5)
    x_BTD = torch.randn(1, steps, hidden)
    exact = whole_form(layer, recurrence)
    solver = TimeParallel(fixed({id(layer): Plan(exact, exact)}))

    def parallel() -> Tensor:
        with running(solver):
            return layer(x_BTD)[0]

    ways: dict[str, Callable[[], Tensor]] = {
        "loop": lambda: Recurrence.forward(layer, x_BTD)[0],
        "own": lambda: layer(x_BTD)[0],
        "newton": parallel,
    }
    row: dict[str, Any] = {"recurrence": recurrence, "hidden": hidden, "steps": steps}
    for name, way in ways.items():
        began = time.process_time()
        way().square().sum().backward()
        row[name] = time.process_time() - began
    (counts,) = solver.counts.values()
    return row | {"iterations": counts.iterations, "solved": counts.solved}


SPEEDS = [
    (name, hidden, 10_000)
    for hidden in (16, 64)
    for name in ("sru", "rnn", "gru", "lstm")
    if (name, hidden) != ("lstm", 64)
]
SPEEDS += [
    ("sru", 256, 10_000),
    ("lstm", 64, 1000),
    ("rnn", 256, 1000),
    ("gru", 256, 1000),
    ("lstm", 256, 200),
]
"""(recurrence, H, T): dense Jacobians of wide layers are measured on shorter sequences; their time is linear in T."""


def append(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Append rows to a file of results."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of results; an empty list if it does not exist."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def run_cells(
    path: Path, cells: int, seed: int, find: Callable[[Sequence[Draw]], list[dict[str, Any]]]
) -> None:
    """Compute the rows that the file lacks, in batches of cells of one kind."""
    known = {row["seed"] for row in read(path)}
    left = [draw for draw in draws(cells, RECURRENCES, SIZES, seed) if draw.seed not in known]
    kinds = sorted({(draw.recurrence, draw.hidden) for draw in left}, key=lambda kind: (kind[1], kind[0]))
    alike = [[draw for draw in left if (draw.recurrence, draw.hidden) == kind] for kind in kinds]
    for start in range(0, max(map(len, alike), default=0), TOGETHER):
        for kind, own in zip(kinds, alike, strict=True):
            append(path, find(own[start : start + TOGETHER]) if own[start:] else [])
            print(*kind, start + TOGETHER, flush=True)


def share(rows: Sequence[dict[str, Any]], holds: Callable[[dict[str, Any]], bool]) -> str:
    """The number and share of rows with a property."""
    count = sum(map(holds, rows))
    return f"{count} of {len(rows)} ({count / max(len(rows), 1):.1%})"


def table_certify(rows: Sequence[dict[str, Any]]) -> None:
    """Print errors and acceptance, for all cells and by recurrence."""
    for name in ("all", *RECURRENCES):
        own = [row for row in rows if name in ("all", row["recurrence"])]
        contracting = [row for row in own if row["exponent"] < 0]
        print(
            f"{name}: accepted and wrong {sum(r['accepted'] and r['error'] > TOLERANCE for r in own)} of {len(own)};",
            f"{FIXED} fixed iterations wrong {share(own, lambda r: r['error_fixed'] > TOLERANCE)};",
            f"accepted among λ < 0 {share(contracting, lambda r: r['accepted'])};",
            f"λ >= 0 {len(own) - len(contracting)};",
            f"largest error of λ < 0 {max((r['error'] for r in contracting if r['accepted']), default=0):.1e}",
        )


def table_predict(rows: Sequence[dict[str, Any]]) -> None:
    """Print the accuracy of predictions."""
    most = most_iterations(T)
    both = [row for row in rows if row["accepted"] and row["predicted"] <= most]
    near = share(both, lambda r: 1 / 1.5 <= r["predicted"] / r["iterations"] <= 1.5)
    for name in ("all", *RECURRENCES):
        own = [row for row in rows if name in ("all", row["recurrence"])]
        right = share(own, lambda r: (r["predicted"] <= most) == r["accepted"])
        print(f"{name}: right about convergence {right}")
    print(f"iterations within a factor of 1.5: {near}")


def table_speed(rows: Sequence[dict[str, Any]]) -> None:
    """Print CPU seconds and their ratios."""
    for row in rows:
        own, newton = row["own"], row["newton"]
        cells = [row["recurrence"], str(row["hidden"]), f"{row['steps']:,}", str(row["iterations"])]
        cells += [f"{row['loop']:.2f}", f"{own:.2f}", f"{newton:.2f}", f"{newton / row['loop']:.2g}"]
        print("| " + " | ".join([*cells, f"{newton / own:.2g}"]) + " |")


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("what", choices=["certify", "predict", "speed"])
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=28_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--table", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if not given.table and given.what == "speed":
        known = {(row["recurrence"], row["hidden"]) for row in read(given.out)}
        for name, hidden, steps in SPEEDS:
            if (name, hidden) not in known:
                append(given.out, [speed(name, hidden, steps)])
    elif not given.table:
        run_cells(given.out, given.cells, given.seed, {"certify": certify, "predict": predict}[given.what])
    rows = read(given.out)
    {"certify": table_certify, "predict": table_predict, "speed": table_speed}[given.what](rows)


if __name__ == "__main__":
    main()
