"""The training loop for every task: batches, gradient, clipping, averaging, dev score, exact resume."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn

from seqkit.config import bytes_in
from seqkit.errors import PluginError, SeqkitError
from seqkit.evaluation.metric import Metric, is_better
from seqkit.models.artifact import write_weights
from seqkit.models.contracts import Counts, Loss
from seqkit.nn.bfloat16 import products_in, usable
from seqkit.nn.placement import device_of, mapped, placed
from seqkit.nn.running import running
from seqkit.runtime.allocator import trim
from seqkit.runtime.signals import StopRequest
from seqkit.training.average import averaged_weights, start_average, update_average
from seqkit.training.batches import batch_seed
from seqkit.training.counts import EVERY, NotFinite, PendingCounts
from seqkit.training.group import Group
from seqkit.training.memory_budget import MemoryBudget
from seqkit.training.metrics import write_metrics
from seqkit.training.objective import Objective
from seqkit.training.options import TrainingOptions
from seqkit.training.recurrent_weights import Constrain, state_of_layers
from seqkit.training.schedule import learning_rate
from seqkit.training.state import Progress, load_state, save_state
from seqkit.training.stopping import is_done, time_is_up
from seqkit.training.time_parallel import TimeParallelTraining
from seqkit.training.trainable import Trainable

STATE, BEST, METRICS = "state.safetensors", "best.safetensors", "metrics.csv"


class Reporter(Protocol):
    """Receives the progress of a training."""

    def start(self, epochs: int, minutes: float) -> None: ...

    def step(self, progress: Progress, batches: int) -> None: ...

    def epoch(self, row: Mapping[str, Any], scores: Sequence[Metric]) -> None: ...

    def note(self, message: str) -> None: ...


@dataclass(frozen=True)
class Methods:
    """What the loop minimises, and how."""

    objective: Objective
    optimizer: Callable[[list[nn.Parameter]], torch.optim.Optimizer]
    factor: Callable[[float], float]
    """Share of the steps left -> share of the highest learning rate."""
    constrain: Constrain | None = None
    """Brings the weights back within a constraint after each update."""
    time_parallel: TimeParallelTraining | None = None
    """Solves recurrent layers for all time steps at once."""


class Stopped(Exception):
    """Training stopped on a signal; its state is saved."""

    def __init__(self, number: int = signal.SIGINT) -> None:
        """Args: number, that of the signal."""
        super().__init__(number)
        self.exit_code = 128 + number


class Training:
    """One run: everything that changes while it goes."""

    def __init__(
        self,
        task: Trainable,
        options: TrainingOptions,
        methods: Methods,
        folder: Path,
        reporter: Reporter,
        group: Group | None = None,
    ) -> None:
        """Args: group, the processes that train together; None: this one alone."""
        self.task, self.options, self.folder, self.reporter = task, options, folder, reporter
        self.group = group or Group()
        self.device = device_of(task.model)
        self.objective, self.factor, self.constrain = methods.objective, methods.factor, methods.constrain
        limit = bytes_in("bptt_memory", options.bptt_memory)
        self.memory = MemoryBudget(task, limit) if limit else None
        self.time_parallel = methods.time_parallel
        self.progress = Progress()
        if options.train_dtype == "float64":
            task.model.double()
        self.optimizer = methods.optimizer(list(task.model.parameters()))
        self.rate_shares = _rate_shares(self.optimizer)
        self.average = start_average(task.model) if options.average else {}
        self._at_once = self.device.type == "cpu" and self.group.size == 1
        self._pending = PendingCounts(1 if self._at_once else EVERY, self.group)
        self._saved = time.monotonic()
        self._spent = 0.0
        """Seconds of this run, by this process's clock."""

    def resume(self) -> None:
        """Go on from the saved state, if there is one."""
        with self.group.copied(self.folder / STATE) as state:
            if state is None:
                return
            task = self.task
            self.progress = load_state(state, task.model, self.average, self.optimizer, task.load_state_dict)
        self._spent = self.progress.seconds
        if self.time_parallel is not None:
            self.time_parallel.restore(self.progress.time_parallel)
        if self.progress.rows and self.group.writes:
            write_metrics(self.folder / METRICS, self.progress.rows)

    def run(self) -> Progress:
        """Train to the end. Raises Stopped after SIGINT, SIGTERM or SIGHUP, with the state saved."""
        self.reporter.start(self.options.epochs, self.options.minutes)
        if usable(self.options.train_dtype) != self.options.train_dtype:
            self.reporter.note(f"this {self._processor} has no bfloat16: products are made in float32")
        with StopRequest() as stop:
            while not is_done(self.progress, self.options):
                for batches in self._batches_left():
                    if time_is_up(self.progress, self.options):
                        break
                    self._update(batches)
                    self._meet(stop.requested)
                self._end_epoch()
        if not self.progress.finished:
            self.progress.finished = True
            self._save()
        if self.time_parallel is not None:
            self.reporter.note(self.time_parallel.summary())
        return self.progress

    def _meet(self, requested: int) -> None:
        """What all processes do together after an update: save, or stop. Raises Stopped."""
        p = self.progress
        if self._pending.due(p.updates):
            self._settle()
        if not self.group.meets(p.updates):
            return
        due = time.monotonic() - self._saved > 60 * self.options.save_minutes
        agreed = self.group.agree(requested, self._spent, due)
        p.seconds = agreed.seconds
        if agreed.save or agreed.signal:
            self._save()
        if agreed.signal:
            raise Stopped(agreed.signal)

    @property
    def _processor(self) -> str:
        return "processor" if self.device.type == "cpu" else f"device ({self.device})"

    def _batches_left(self) -> Iterator[list[list[int]]]:
        """The batches of each update that is left in this epoch."""
        batches = self.task.batches(self.options.batch_words, self.options.seed, self.progress.epoch)
        if not batches:
            raise PluginError(f"the task {self.task.name}: its `batches` gives none", "Tell its author.")
        self._batches = len(batches)
        together = self.options.accumulate
        for first in range(self.progress.batch, len(batches), together):
            yield batches[first : first + together]

    def _update(self, batches: list[list[int]]) -> None:
        """One step down the gradient."""
        started = time.monotonic()
        p, options = self.progress, self.options
        rate = self._rate(p.batch)
        for group, share in zip(self.optimizer.param_groups, self.rate_shares, strict=True):
            group["lr"] = share * rate
        self.task.model.train()
        if self.time_parallel is not None:
            self.time_parallel.update = p.updates
        self.optimizer.zero_grad(set_to_none=True)
        self._add_gradients(batches)
        self._pending.add_norm(self._clip())
        self.optimizer.step()
        p.updates += 1
        update_average(self.average, self.task.model, options.average, p.updates)
        if self.constrain is not None:
            self.constrain(self.average)
        self._spent += time.monotonic() - started
        if self._at_once:
            self._settle()
        self.reporter.step(p, self._batches)

    def _clip(self) -> torch.Tensor:
        """Clip the gradient, if the options say so. Returns its norm before."""
        parameters = [one for one in self.task.model.parameters() if one.grad is not None]
        if self.options.clip:
            return nn.utils.clip_grad_norm_(parameters, self.options.clip)
        return nn.utils.get_total_norm([one.grad for one in parameters if one.grad is not None])

    def _add_gradients(self, batches: list[list[int]]) -> None:
        """The gradient of Σ total / Σ weight over the batches of one update."""
        weights = []
        for indices in batches:
            loss = self._loss(indices)
            weights.append(loss.weight.clamp(min=1) if self.group.size == 1 else loss.weight)
            if self.group.size == 1 or loss.total.requires_grad:
                (loss.total / self.group.divisor(weights[0])).backward()
        self.group.combine(list(self.task.model.parameters()), weights)

    def _loss(self, indices: list[int]) -> Loss:
        """The loss of the next batch, which is counted. Raises SeqkitError where it is no number."""
        p, options = self.progress, self.options
        seed = batch_seed(options.seed, p.epoch, p.batch)
        torch.manual_seed(seed)
        batch = in_dtype(self.task.collate(indices, seed), options.train_dtype)
        with self.group.own(self.task, indices, batch) as part:
            if part is None:
                loss = no_loss(self.device)
            else:
                with products_in(options.train_dtype):
                    loss = self._loss_within_memory(placed(part, self.device))
        self._pending.add(p, loss.counts)
        p.batch += 1
        if self._at_once:
            self._settle()
        return loss

    def _settle(self) -> None:
        """Fetch the counts of the last batches. Raises SeqkitError where a loss is no number."""
        found = self._pending.settle(self.progress)
        if isinstance(found, NotFinite):
            raise SeqkitError(
                f"the loss became {found.nll} in epoch {found.epoch + 1}, batch {found.batch + 1} "
                f"(update {found.update + 1})",
                "Try a smaller learning rate, or clip the gradient, with another --out: "
                f"--set learning_rate=0.0005 --set clip=1. {self.folder} keeps the last state that was saved. "
                f"{state_of_layers(self.task.model)}",
            )

    def _loss_within_memory(self, batch: Any) -> Loss:
        """The objective's loss, so that no more is kept for the backward pass than the options allow."""

        def loss() -> Loss:
            # A window of truncated back-propagation is solved as a sequence: it comes around the solver.
            parallel = running(self.time_parallel.runner) if self.time_parallel else nullcontext()
            with parallel, running(self.task.truncation) if self.task.truncation else nullcontext():
                return self.objective.loss(self.task, batch)

        if self.memory is None:
            return loss()
        with self.memory.step(batch, loss):
            return loss()

    def _rate(self, batch: int) -> float:
        p, options = self.progress, self.options
        done = (p.epoch + batch / self._batches) / options.epochs
        if options.minutes:
            done = min(1.0, p.seconds / (60 * options.minutes))
        return learning_rate(options.learning_rate, done, self.factor, options.warmup)

    def _end_epoch(self) -> None:
        started = time.monotonic()
        self._settle()
        p = self.progress
        with averaged_weights(self.task.model, self.average):
            scores = self._scores()
            if not scores or p.best_score is None or is_better(scores, p.best):
                p.best_score, p.best_epoch = (scores[0].value if scores else None), p.epoch + 1
                if self.group.writes:
                    write_weights(self.folder / BEST, self.task.model)
        self._spent += time.monotonic() - started
        p.seconds = self.group.agree(0, self._spent, False).seconds
        row = {
            "epoch": p.epoch + 1,
            "updates": p.updates,
            "seconds": round(p.seconds, 1),
            "learning_rate": self._rate(p.batch - 1),
            "train_loss": p.nll / max(p.steps, 1),
            "train_accuracy": p.right / max(p.steps, 1),
            "gradient_norm": p.norm / max(p.norms, 1),
            **{f"dev_{metric.name}": metric.value for metric in scores},
        }
        p.rows.append(row)
        p.scores.append([list(metric) for metric in scores])
        p.epoch, p.batch, p.nll, p.right, p.steps = p.epoch + 1, 0, 0.0, 0, 0
        p.norm, p.norms = 0.0, 0
        if self.group.writes:
            write_metrics(self.folder / METRICS, p.rows)
        self._save()
        self.reporter.epoch(row, scores)

    def _scores(self) -> list[Metric]:
        """The scores on dev, measured by the process that writes."""
        scores = []
        if self.group.writes:
            scores = _checked(self.task.score(), self.task.name)
            trim()  # What a search over dev held, a training does not reuse.
        return [Metric(*fields) for fields in self.group.told([list(metric) for metric in scores])]

    def _save(self) -> None:
        """Save the state, if its losses were finite. Raises SeqkitError where one was not."""
        self._settle()
        task = self.task
        if self.time_parallel is not None:
            self.progress.time_parallel = self.time_parallel.state()
        carried = self.group.joined(dict(task.state_dict()))
        if self.group.writes:
            save_state(self.folder / STATE, self.progress, task.model, self.average, self.optimizer, carried)
        self._saved = time.monotonic()


def _rate_shares(optimizer: torch.optim.Optimizer) -> list[float]:
    """The learning rate of each group of parameters as a share of the highest one, as the optimizer was made."""
    rates = [float(group["lr"]) for group in optimizer.param_groups]
    highest = max(rates, default=0.0)
    return [rate / highest if highest else 1.0 for rate in rates]


def _checked(scores: list[Metric], task: str) -> list[Metric]:
    """The scores with values that JSON can hold. Raises PluginError for anything but metrics."""
    if not all(isinstance(metric, Metric) for metric in scores):
        raise PluginError(f"the task {task}: its `score` gives no list of Metric", "Tell its author.")
    return [metric._replace(value=float(metric.value)) for metric in scores]


def no_loss(device: torch.device) -> Loss:
    """The loss of no example."""
    zero = torch.zeros((), device=device)
    return Loss(zero, zero, Counts(zero, zero, zero))


def in_dtype(batch: Any, dtype: str) -> Any:
    """A batch for a model in this number format: in float64 its other floating point tensors are widened."""
    if dtype != "float64":
        return batch
    return mapped(batch, lambda part: part.double() if part.is_floating_point() else part)
