"""A training run from a request to a finished model folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from seqkit.errors import SeqkitError
from seqkit.evaluation.plots import learning_curve
from seqkit.evaluation.report import silver_warning
from seqkit.extend.manager import load, registry
from seqkit.models.artifact import read_weights, save_model
from seqkit.models.folder import TRAINING
from seqkit.training.adapt import adapted
from seqkit.training.begun import checksum, first_command
from seqkit.training.calibration import calibrate
from seqkit.training.card import model_card, silver_of
from seqkit.training.data import Data, read_data
from seqkit.training.distillation import teach
from seqkit.training.loop import BEST, METRICS, STATE, Reporter, Training
from seqkit.training.request import Request, save_request
from seqkit.training.state import Progress
from seqkit.training.tagging import TaggingTask


def train(request: Request, out: Path, command: str, reporter: Reporter) -> Progress:
    """Train, or go on training, and write the model folder `out`.

    Args: command, the line that asked for it, for the model card. Raises `Stopped` when interrupted, and
    SeqkitError for a model of a task that nothing here trains.
    """
    task = registry().find("models", request.sources.model).task
    if task not in TRAINERS:
        problem = f"{request.sources.model}: a model for {task}, which this seqkit does not train"
        raise SeqkitError(problem, f"It trains models for {', '.join(TRAINERS)}.", exit_code=2)
    return TRAINERS[task](request, out, command, reporter)


def train_tagger(request: Request, out: Path, command: str, reporter: Reporter) -> Progress:
    """As `train`, for a model that labels words."""
    data = read_data(request.sources)
    for note in data.notes:
        reporter.note(note)
    sources = dataclasses.replace(request.sources, label=data.labels, lang=data.language)
    threads = request.training.threads or torch.get_num_threads()
    training_options = dataclasses.replace(request.training, threads=threads)
    request = dataclasses.replace(request, sources=sources, training=training_options)
    request = adapted(request, data.train)
    folder = out / TRAINING
    model = build_model(request, data)
    save_request(folder, request)
    command = first_command(folder, command, checksum((data.train, data.dev), data.labels))
    task = _task(model, data, request, reporter)
    training = Training(task, request.training, folder, reporter)
    training.resume()
    progress = training.run()
    read_weights(folder / BEST, model)
    calibrate(model, data.dev)
    silver = silver_warning(silver_of([*data.train, *data.dev]))
    learning_curve(folder / METRICS, folder / "learning-curve.png", silver)
    save_model(
        out,
        request.sources.model,
        model,
        model_card(request, data.train, data.dev, progress, command),
        request.training.store,
    )
    for finished in (folder / STATE, folder / BEST, *folder.glob(".*.part")):
        finished.unlink(missing_ok=True)
    return progress


def _task(model: Any, data: Data, request: Request, reporter: Reporter) -> TaggingTask:
    """What the loop trains: from the labels alone, or from teachers, too."""
    options, teachers = request.training, request.sources.teacher
    if not teachers:
        return TaggingTask(model, data.train, data.dev, options.label_smoothing)
    lesson = teach(
        teachers,
        data.train,
        model.facts.labels,
        options.noisy_copies,
        options.noise,
        options.seed,
        reporter.note,
    )
    return TaggingTask(
        model, lesson.sentences, data.dev, options.label_smoothing, lesson.soft, options.teacher_weight
    )


def be_deterministic() -> None:
    """Let torch add up gradients in a fixed order. With several threads it would not, and no run would repeat."""
    # A stranger's layer may use an operation that has no fixed order: it is told of, not refused.
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def build_model(request: Request, data: Data) -> Any:
    """The model with its first, seeded weights."""
    options = request.training
    torch.set_num_threads(options.threads)
    be_deterministic()
    torch.manual_seed(options.seed)
    spec = registry().find("models", request.sources.model)
    facts = load(spec.facts).gather(data.train, request.model, data.labels, data.language)
    return load(spec.build)(request.model, facts)


TRAINERS: dict[str, Callable[[Request, Path, str, Reporter], Progress]] = {"tagging": train_tagger}
"""Task of a ModelSpec -> who trains such models."""
