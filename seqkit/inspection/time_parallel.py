"""`seqkit inspect --time-parallel`: predict convergence and speed of Newton's method on a model's recurrent layers.

Shapes: B sequences, T steps, D features of x_t.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from seqkit.config import read_toml
from seqkit.errors import SeqkitError
from seqkit.evaluation.report import Table
from seqkit.inspection.inspect import batches_of, chains_in, subject_of
from seqkit.inspection.tracing import batch_of
from seqkit.models.folder import TRAINING, model_info
from seqkit.nn.recurrent import Recurrence, State
from seqkit.nn.running import Call, running
from seqkit.nn.time_parallel.check import whole_form
from seqkit.nn.time_parallel.decide import Option, options
from seqkit.nn.time_parallel.newton import most_iterations
from seqkit.nn.time_parallel.steps import LayerSteps
from seqkit.tasks.inspecting import InspectionRequest, Subject


@dataclass
class Calls:
    """A runner that stores the longest input of each layer."""

    steps: dict[int, tuple[LayerSteps, Tensor]] = field(default_factory=dict)
    """Id of a layer -> its steps, and its initial states."""

    def __call__(
        self, call: Call, layer: Recurrence, x_BTD: Tensor, mask_BT: Tensor | None, state: State | None
    ) -> tuple[Tensor, State]:
        """Run the layer like `Recurrence.forward`."""
        start = layer.initial_state(x_BTD) if state is None else state
        steps = LayerSteps(layer, x_BTD, mask_BT, tuple(part.shape[-1] for part in start))
        known = self.steps.get(id(layer))
        if known is None or known[0].shape[1] < x_BTD.shape[1]:
            self.steps[id(layer)] = steps, torch.cat(start, dim=-1)
        return call(layer, x_BTD, mask_BT, state)


@dataclass(frozen=True)
class LayerForecast:
    """The predictions for one layer."""

    name: str
    hidden: int
    """H."""
    rows: int
    """B of the batch."""
    steps: int
    """T, including padding."""
    ways: list[Option]
    """The methods, Newton's first; empty for a layer that cannot be solved."""
    refusal: str
    """The reason for which the layer cannot be solved; "" if it can."""


def forecasts(request: InspectionRequest, layer: str) -> list[LayerForecast]:
    """Predict for each recurrent layer, on the longest examples, in float64. Raises SeqkitError as `inspect`."""
    _, subject = subject_of(request)
    return forecasts_of(subject, layer)


def forecasts_of(subject: Subject, layer: str) -> list[LayerForecast]:
    """Like `forecasts`, for a model with its examples. Converts the weights to float64."""
    chains = chains_in(subject, layer)
    subject.model.double().eval()
    order = sorted(range(len(subject)), key=lambda index: sum(subject.steps(index)))
    batch = batch_of(subject, batches_of(subject, order)[-1])
    calls = Calls()
    with torch.no_grad(), running(calls):
        subject.step_losses(batch)
    called = [(chain, *calls.steps[id(chain.layer)]) for chain in chains if id(chain.layer) in calls.steps]
    return [_of_layer(chain.name, steps, start_BN) for chain, steps, start_BN in called]


def _of_layer(name: str, steps: LayerSteps, start_BN: Tensor) -> LayerForecast:
    (B, T), hidden = steps.shape, steps.layer.hidden_size
    try:
        exact = whole_form(steps.layer, name)
    except SeqkitError as error:
        return LayerForecast(name, hidden, B, T, [], error.problem.rpartition("at once: ")[2])
    ways = options(steps, start_BN, exact, torch.get_num_threads())
    return LayerForecast(name, hidden, B, T, ways, "")


def trained_on(model: str) -> str:
    """Return the corpus, dev file or training file of a model's training. Raises SeqkitError if it is not recorded."""
    path = model_info(model).folder / TRAINING / "config.toml"
    sources: dict[str, Any] = {}
    if path.is_file():
        sources = read_toml(path).get("sources", {})
    candidates = [sources.get("corpus", ""), *sources.get("dev", []), *sources.get("train", [])]
    source = next((str(one) for one in candidates if one), "")
    if not source:
        fix = "Give --corpus NAME or --text TEXT."
        raise SeqkitError(f"{model}: has no record of its training data", fix, exit_code=2)
    return source


def table_of(predictions: list[LayerForecast], where: str) -> Table:
    """Return a table with a row for each layer and method. Args: where, the data, for the title."""
    header = ["layer", "H", "B × T", "method", "λ", "iterations", "converges", "time / loop", "pays"]
    rows = [row for one in predictions for row in _rows(one)]
    return Table(f"Time-parallel solution on {where}", header, rows)


def _rows(one: LayerForecast) -> list[list[str]]:
    start = [one.name, str(one.hidden), f"{one.rows} × {one.steps:,}"]
    if one.refusal:
        return [[*start, one.refusal, "–", "–", "no", "–", "no"]]
    rows = []
    for way in one.ways:
        expected = way.forecast
        λ = "–" if expected.exponent is None else f"{expected.exponent:+.3f} ± {2 * expected.error:.3f}"
        count = f"{expected.iterations:.0f}" if expected.iterations < 1e6 else "–"
        converges = "yes" if expected.converges else f"not in {most_iterations(expected.steps)}"
        ratio = f"{way.ratio:.2g}" if expected.converges else "–"
        pays = "yes" if way.ratio < 1 else "no"
        rows.append([*start, expected.method, λ, count, converges, ratio, pays])
    return rows


def data_of(predictions: list[LayerForecast]) -> list[dict[str, Any]]:
    """Convert predictions to JSON data; infinite and unknown numbers become null."""
    return [
        {
            "layer": one.name,
            "hidden": one.hidden,
            "sequences": one.rows,
            "steps": one.steps,
            "refused": one.refusal or None,
            "methods": [_data(way) for way in one.ways],
        }
        for one in predictions
    ]


def _data(way: Option) -> dict[str, Any]:
    expected = way.forecast
    return {
        "method": expected.method,
        "lyapunov": expected.exponent,
        "iterations": expected.iterations if expected.iterations < float("inf") else None,
        "converges": expected.converges,
        "time_ratio": way.ratio if way.ratio < float("inf") else None,
        "pays": way.ratio < 1,
    }
