"""The training loop for every task: batches, gradient, clipping, averaging, dev score, exact resume."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn

from seqkit.errors import PluginError
from seqkit.evaluation.metric import is_better
from seqkit.models.contracts import Loss
from seqkit.models.weights_file import write_weights
from seqkit.nn.bfloat16 import usable
from seqkit.nn.placement import device_of
from seqkit.runtime.signals import StopRequest
from seqkit.training.average import averaged_weights, start_average, update_average
from seqkit.training.batch_loss import BatchLoss
from seqkit.training.batches import batch_seed
from seqkit.training.counts import EVERY, NotFinite, PendingCounts
from seqkit.training.dev_scores import dev_scores
from seqkit.training.group import Group
from seqkit.training.methods import Methods
from seqkit.training.metrics import METRICS, epoch_row, write_metrics
from seqkit.training.options import TrainingOptions
from seqkit.training.recurrent_weights import state_of_layers
from seqkit.training.reporter import Reporter
from seqkit.training.schedule import learning_rate, rate_shares, set_rate
from seqkit.training.state import STATE, Progress, load_state, save_state, sha256_of
from seqkit.training.stopping import Stopped, is_done, time_is_up
from seqkit.training.trainable import Trainable

BEST = "best.safetensors"
"""File of the weights of the best epoch."""
CHECKED = 100
"""Maximum number of batches whose memory is planned before a training with `bptt_memory` starts: some seconds."""


class Training:
    """A run of the training loop, with all its state."""

    def __init__(
        self,
        task: Trainable,
        options: TrainingOptions,
        methods: Methods,
        folder: Path,
        reporter: Reporter,
        group: Group | None = None,
    ) -> None:
        """Args: group, the processes that train together; None: this process alone."""
        self.task, self.options, self.folder, self.reporter = task, options, folder, reporter
        self.group = group or Group()
        self.device = device_of(task.model)
        self.objective, self.factor, self.constrain = methods.objective, methods.factor, methods.constrain
        self.time_parallel = methods.time_parallel
        self._batch_loss = BatchLoss(task, self.objective, options, self.group, self.time_parallel)
        self.progress = Progress()
        if options.train_dtype == "float64":
            task.model.double()
        self.optimizer = methods.optimizer(list(task.model.parameters()))
        self._rate_shares = rate_shares(self.optimizer)
        self.average = start_average(task.model) if options.average else {}
        self._at_once = self.device.type == "cpu" and self.group.size == 1
        self._pending = PendingCounts(1 if self._at_once else EVERY, self.group)
        self._saved = time.monotonic()
        self._spent = 0.0
        """Seconds of training in this run, as this process measures them."""

    def check_memory(self) -> None:
        """Raise SeqkitError, with the minimum, if batches of the first epoch do not fit into `bptt_memory`."""
        if not self.options.bptt_memory:
            return
        self.task.model.train()
        seed = self.options.seed
        batches = list(enumerate(self.task.batches(self.options.batch_words, seed, 0)))
        some = batches[:: -(-len(batches) // CHECKED)] if batches else []
        self._batch_loss.check_memory([(indices, batch_seed(seed, 0, number)) for number, indices in some])

    def resume(self) -> None:
        """Continue from the saved state, if there is one."""
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
            self.reporter.note(
                f"this {self._processor} has no bfloat16: matrix products are computed in float32"
            )
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
        """Agree with the other processes after an update whether to save or stop. Raises Stopped."""
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
        """The batches of each remaining update of this epoch."""
        batches = self.task.batches(self.options.batch_words, self.options.seed, self.progress.epoch)
        if not batches:
            raise PluginError(f"the task {self.task.name}: its `batches` returns none", "Tell its author.")
        self._batches = len(batches)
        together = self.options.accumulate
        for first in range(self.progress.batch, len(batches), together):
            yield batches[first : first + together]

    def _update(self, batches: list[list[int]]) -> None:
        """Compute the gradient of some batches and update the weights."""
        started = time.monotonic()
        p, options = self.progress, self.options
        set_rate(self.optimizer, self._rate(p.batch), self._rate_shares)
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
        """Clip the gradient, if the options require it. Returns its norm before clipping."""
        parameters = [one for one in self.task.model.parameters() if one.grad is not None]
        if self.options.clip:
            return nn.utils.clip_grad_norm_(parameters, self.options.clip)
        return nn.utils.get_total_norm([one.grad for one in parameters if one.grad is not None])

    def _add_gradients(self, batches: list[list[int]]) -> None:
        """Add to each parameter the gradient of Σ total / Σ weight over the batches of one update."""
        weights = []
        for indices in batches:
            loss = self._loss(indices)
            weights.append(loss.weight.clamp(min=1) if self.group.size == 1 else loss.weight)
            if self.group.size == 1 or loss.total.requires_grad:
                (loss.total / self.group.divisor(weights[0])).backward()
        self.group.combine(list(self.task.model.parameters()), weights)

    def _loss(self, indices: list[int]) -> Loss:
        """The loss of the next batch; adds its counts. Raises SeqkitError for a loss that is not finite."""
        p = self.progress
        loss = self._batch_loss(indices, batch_seed(self.options.seed, p.epoch, p.batch))
        self._pending.add(p, loss.counts)
        p.batch += 1
        if self._at_once:
            self._settle()
        return loss

    def _settle(self) -> None:
        """Fetch the counts of the last batches. Raises SeqkitError for a loss that is not finite."""
        found = self._pending.settle(self.progress)
        if isinstance(found, NotFinite):
            raise found.error(self.folder, state_of_layers(self.task.model), self.options)

    def _rate(self, batch: int) -> float:
        """The learning rate of the update that begins with this batch of the epoch."""
        p, options = self.progress, self.options
        done = (p.epoch + batch / self._batches) / options.epochs
        if options.minutes:
            done = min(1.0, p.seconds / (60 * options.minutes))
        return learning_rate(options.learning_rate, done, self.factor, options.warmup)

    def _end_epoch(self) -> None:
        """Score the model on dev, keep the best weights, and save the state."""
        started = time.monotonic()
        self._settle()
        p = self.progress
        with averaged_weights(self.task.model, self.average):
            scores = dev_scores(self.task, self.group)
            if not scores or p.best_score is None or is_better(scores, p.best):
                p.best_score, p.best_epoch = (scores[0].value if scores else None), p.epoch + 1
                if self.group.writes:
                    write_weights(self.folder / BEST, self.task.model)
                    p.best_sha256 = sha256_of(self.folder / BEST)
        self._spent += time.monotonic() - started
        p.seconds = self.group.agree(0, self._spent, False).seconds
        row = epoch_row(p, self._rate(p.batch - 1), scores)
        p.rows.append(row)
        p.scores.append([list(metric) for metric in scores])
        p.epoch, p.batch, p.nll, p.right, p.steps = p.epoch + 1, 0, 0.0, 0, 0
        p.norm, p.norms = 0.0, 0
        if self.group.writes:
            write_metrics(self.folder / METRICS, p.rows)
        self._save()
        self.reporter.epoch(row, scores)

    def _save(self) -> None:
        """Save the state. Raises SeqkitError, and saves nothing, if a loss was not finite."""
        self._settle()
        task = self.task
        if self.time_parallel is not None:
            self.progress.time_parallel = self.time_parallel.state()
        carried = self.group.joined(dict(task.state_dict()))
        if self.group.writes:
            save_state(self.folder / STATE, self.progress, task.model, self.average, self.optimizer, carried)
        self._saved = time.monotonic()
