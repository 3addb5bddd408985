"""A training run of any task, from a request to a finished model folder."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from seqkit.errors import SeqkitError
from seqkit.evaluation.plots import learning_curve
from seqkit.evaluation.report import silver_warning
from seqkit.extend.manager import registry
from seqkit.io.lock import locked
from seqkit.models.artifact import save_model
from seqkit.models.folder import LOCK, MANIFEST, TRAINING
from seqkit.models.needs import versions_of
from seqkit.models.weights_file import read_weights
from seqkit.runtime.devices import chosen_device
from seqkit.runtime.start import start_training
from seqkit.training.group import Group
from seqkit.training.loop import BEST, Training
from seqkit.training.methods import methods_of
from seqkit.training.options import TrainingOptions
from seqkit.training.provenance import check_versions, first_command, needs_of_run
from seqkit.training.recurrent_weights import initialise
from seqkit.training.reporter import Reporter
from seqkit.training.request import TrainingRequest
from seqkit.training.request_file import save_request
from seqkit.training.request_sections import task_of
from seqkit.training.state import STATE, Progress, check_best
from seqkit.training.summary import summary
from seqkit.training.third_party import prepared_by_task
from seqkit.training.trainable import Prepared


def train(
    request: TrainingRequest, out: Path, command: str, reporter: Reporter, group: Group | None = None
) -> Progress:
    """Start or resume a training, and write the model folder `out`.

    Args: command, the command line, for the model card; group, the processes that train together, of which the first
    writes. Raises `Stopped` when interrupted, and SeqkitError for a model of a task that no plugin offers and for a
    folder in which another process trains.
    """
    group = group or Group()
    if not group.writes:
        return _train(request, out, command, reporter, group)
    with locked(out / TRAINING / LOCK, str(out)) as before:
        if before is not None:
            reporter.note(f"{out}: ignored the lock of {before}, which is no longer running")
        return _train(request, out, command, reporter, group)


def _train(request: TrainingRequest, out: Path, command: str, reporter: Reporter, group: Group) -> Progress:
    task_of(registry().find("models", request.sources.model))
    needs = needs_of_run(request)
    if group.writes:
        check_versions(out / TRAINING, needs)
    request = request.replace("training", threads=request.training.threads or torch.get_num_threads())
    _check_device(request.training.train_dtype)
    start_training(request.training.threads)
    torch.manual_seed(request.training.seed)
    prepared = prepared_by_task(request, reporter)
    request, model, folder = prepared.request, prepared.task.model, out / TRAINING
    model.to(chosen_device())
    _set_first_weights(request, model)
    methods = methods_of(request, model)
    methods.objective.check(prepared.task)
    methods.objective.check_memory(prepared.task, request.training.bptt_memory)
    group.check_alike(request, prepared.examples, versions_of(needs), model)
    training = Training(prepared.task, request.training, methods, folder, reporter, group)
    training.check_memory()
    if group.writes:
        folder.mkdir(parents=True, exist_ok=True)
        # First the options: a run that ends between the two can be resumed by them.
        save_request(folder, request)
        command = first_command(folder, command, prepared.examples, versions_of(needs), request.to_toml())
    _train_parts(prepared, out, command, reporter, group)
    group.check_divides(training)
    training.resume()
    reporter.note(summary(request, prepared.task))
    progress = training.run()
    if not group.writes:
        return progress
    check_best(folder / BEST, progress.best_sha256)
    read_weights(folder / BEST, model)
    prepared.finish()
    card = prepared.card(progress, command)
    save_model(out, request.sources.model, model, card, request.training.weights_dtype)
    learning_curve(progress, folder / "learning-curve.png", silver_warning(prepared.silver))
    for finished in (folder / STATE, folder / BEST, *folder.glob(".*.part")):
        finished.unlink(missing_ok=True)
    return progress


def _train_parts(prepared: Prepared, out: Path, command: str, reporter: Reporter, group: Group) -> None:
    """Train the unfinished models that are parts of this one."""
    without = f" ({prepared.without_parts} leaves it out)" if prepared.without_parts else ""
    for name, request in prepared.parts.items():
        if not group.broadcast((out / name / MANIFEST).exists()):
            reporter.note(f"training the {name} of the model first, in {out / name}{without}")
            train(request, out / name, command, reporter, group)


def _check_device(dtype: str) -> None:
    """Raise SeqkitError for a number format that the chosen device does not have."""
    if dtype == "float64" and chosen_device().type == "mps":
        raise SeqkitError("train_dtype=float64: not on mps", "Use --device cpu, or float32.", exit_code=2)


def _set_first_weights(request: TrainingRequest, model: nn.Module) -> None:
    """Initialise recurrent weights and gate biases by the options, but not those of a trained model."""
    if not request.sources.start:
        initialise(model, request.training)
        return
    options, plain = request.training, TrainingOptions()
    for name in ("recurrent_weights", "input_scale", "forget_bias", "chrono"):
        if getattr(options, name) != getattr(plain, name):
            problem = f"option {name}={getattr(options, name)}: --from has its weights already"
            raise SeqkitError(problem, "Leave one of them out.", exit_code=2)
