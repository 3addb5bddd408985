"""`time_parallel`: train recurrent layers that are solved for all time steps at once.

With `auto` each layer is decided by a prediction (`seqkit.nn.time_parallel.predict`) on the first batch that it reads
in every EVERY-th update. Decisions and counts are part of the saved state: a resumed run repeats the uninterrupted one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.nn.recurrent import Recurrence
from seqkit.nn.time_parallel.check import whole_form
from seqkit.nn.time_parallel.decide import Decision, decide
from seqkit.nn.time_parallel.runner import Counts, Plan, TimeParallel
from seqkit.nn.time_parallel.steps import Form, LayerSteps
from seqkit.training.options import TrainingOptions

EVERY = 200
"""Updates between two decisions about a layer."""


@dataclass
class _Layer:
    """One recurrent layer of the model."""

    name: str
    exact: Form
    decision: Decision | None = None


class TimeParallelTraining:
    """The runner of one training, with its decisions and counts."""

    def __init__(self, model: nn.Module, method: str) -> None:
        """Raises SeqkitError, before anything is trained, for a layer that cannot be solved."""
        self.method, self.update = method, 0
        self._layers = {
            id(layer): _Layer(name, whole_form(layer, name))
            for name, layer in model.named_modules()
            if isinstance(layer, Recurrence)
        }
        if not self._layers:
            raise SeqkitError(
                f"time_parallel={method}: the model has no recurrent layer", "Leave it out.", exit_code=2
            )
        self.runner = TimeParallel(self._plan)

    def _plan(self, layer: Recurrence, steps: LayerSteps, start_BN: Tensor) -> Plan | None:
        known = self._layers.get(id(layer))
        if known is None:
            return None
        if self.method != "auto":
            separable = known.exact == "separable"
            form: Form = known.exact if self.method == "newton" or separable else "diagonal"
            return Plan(form, known.exact)
        made = known.decision
        if made is None or (self.update % EVERY == 0 and made.update != self.update):
            known.decision = made = decide(steps, start_BN, known.exact, self.update, torch.get_num_threads())
        return None if made.form is None else Plan(made.form, known.exact)

    def state(self) -> dict[str, Any]:
        """Decisions and counts by the name of the layer, for JSON."""
        counts = {self._layers[key].name: asdict(one) for key, one in self.runner.counts.items()}
        made = {one.name: asdict(one.decision) for one in self._layers.values() if one.decision is not None}
        return {"decisions": made, "counts": counts}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore the result of `state`."""
        for key, layer in self._layers.items():
            if layer.name in state.get("decisions", {}):
                layer.decision = Decision(**state["decisions"][layer.name])
            if layer.name in state.get("counts", {}):
                self.runner.counts[key] = Counts(**state["counts"][layer.name])

    def summary(self) -> str:
        """Numbers of sequences that were solved and that the loop computed, and a line for each layer with `auto`."""
        counts = self.runner.counts.values()
        solved, by_loop = sum(one.solved for one in counts), sum(one.by_loop for one in counts)
        line = f"time_parallel={self.method}: the loop computed every sequence"
        if solved + by_loop:
            mean = sum(one.iterations for one in counts) / (solved + by_loop)
            line = (
                f"time_parallel={self.method}: {solved:,} sequences solved, {mean:.1f} iterations on average; without "
                f"a certified solution, computed by the loop: {by_loop:,} ({by_loop / (solved + by_loop):.1%})"
            )
        reasons = [
            f"{one.name}: {one.decision.reason}" for one in self._layers.values() if one.decision is not None
        ]
        return "\n  ".join([line, *reasons])


def time_parallel_of(model: nn.Module, options: TrainingOptions) -> TimeParallelTraining | None:
    """The runner that the options require; None for `off`. Raises SeqkitError for options that exclude each other."""
    method = options.time_parallel
    if method == "off":
        return None
    for name, given in (("bptt_memory", options.bptt_memory), ("train_dtype", options.train_dtype)):
        if given and given not in ("float32", "float64"):
            problem = f"time_parallel={method}: excludes {name}={given}"
            raise SeqkitError(problem, "Leave one of them out.", exit_code=2)
    return TimeParallelTraining(model, method)
