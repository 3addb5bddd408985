"""A training run from a request to a finished model folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from seqkit.errors import SeqkitError
from seqkit.evaluation.plots import learning_curve
from seqkit.evaluation.report import silver_warning
from seqkit.extend.manager import load, registry
from seqkit.models.artifact import read_weights, save_model
from seqkit.models.folder import TRAINING
from seqkit.text.words import ANY_LANGUAGE
from seqkit.training.adapt import adapted
from seqkit.training.auxiliary import add_auxiliary, drop
from seqkit.training.begun import checksum, first_command
from seqkit.training.calibration import calibrate
from seqkit.training.card import model_card, silver_of
from seqkit.training.data import Data, read_data
from seqkit.training.distillation import teach
from seqkit.training.loop import BEST, METRICS, STATE, Reporter, Training
from seqkit.training.prepared import Prepared
from seqkit.training.request import Request, save_request
from seqkit.training.seq2seq import prepare_seq2seq
from seqkit.training.start import check_labels, started
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
    threads = request.training.threads or torch.get_num_threads()
    request = dataclasses.replace(request, training=dataclasses.replace(request.training, threads=threads))
    torch.set_num_threads(threads)
    be_deterministic()
    prepared = TRAINERS[task](request, reporter)
    request, model, folder = prepared.request, prepared.task.model, out / TRAINING
    save_request(folder, request)
    command = first_command(folder, command, prepared.examples)
    training = Training(prepared.task, request.training, folder, reporter)
    training.resume()
    progress = training.run()
    read_weights(folder / BEST, model)
    prepared.finish()
    learning_curve(folder / METRICS, folder / "learning-curve.png", silver_warning(prepared.silver))
    card = prepared.card(progress, command)
    save_model(out, request.sources.model, model, card, request.training.store)
    for finished in (folder / STATE, folder / BEST, *folder.glob(".*.part")):
        finished.unlink(missing_ok=True)
    return progress


def prepare_tagger(request: Request, reporter: Reporter) -> Prepared:
    """What training a model that labels words needs."""
    data = read_data(request.sources)
    for note in data.notes:
        reporter.note(note)
    _check_crf(request, data.labels)
    torch.manual_seed(request.training.seed)
    request = adapted(request, data.train)
    auxiliary = _auxiliary(data, request)
    model = _model(request, data, auxiliary, reporter)
    data.labels = tuple(kind for kind in data.labels if kind in model.facts.labels)
    sources = dataclasses.replace(request.sources, label=data.labels, lang=model.facts.language)
    request = dataclasses.replace(request, sources=sources)

    def finish() -> None:
        for kind in auxiliary:
            drop(model, kind)
        calibrate(model, data.dev)

    return Prepared(
        request=request,
        task=_task(model, data, auxiliary, request, reporter),
        examples=checksum((data.train, data.dev), (*data.labels, *auxiliary)),
        silver=silver_of([*data.train, *data.dev]),
        card=lambda progress, command: model_card(request, data.train, data.dev, progress, command),
        finish=finish,
    )


def _model(request: Request, data: Data, auxiliary: Sequence[str], reporter: Reporter) -> Any:
    """The tagger in its first state: random weights, or those of the model that it begins as."""
    start = request.sources.start
    if not start:
        spec = registry().find("models", request.sources.model)
        kinds = (*data.labels, *auxiliary)
        return load(spec.build)(
            request.model, load(spec.facts).gather(data.train, request.model, kinds, data.language)
        )
    model = started(start, request.model)
    for note in check_labels(start, model, data, request.sources.label):
        reporter.note(note)
    model.facts.extend(data.train)
    if data.language != ANY_LANGUAGE:
        model.facts.language = data.language
    model.facts.silver = model.facts.silver or silver_of(data.train)
    return model


def _auxiliary(data: Data, request: Request) -> tuple[str, ...]:
    """The kinds of label that are learnt beside those asked for; the training split is given them."""
    kind = getattr(request.model, "auxiliary", "none")
    if kind == "none":
        return ()
    if request.sources.start:
        fix = "Train from the first, random weights, or leave it out."
        raise SeqkitError(f"auxiliary={kind}: not for a model that is trained further", fix, exit_code=2)
    if kind in data.labels:
        raise SeqkitError(
            f"auxiliary={kind}: it is learnt already, and would be dropped", "Leave it out.", exit_code=2
        )
    add_auxiliary(data.train, kind)
    return (kind,)


def _check_crf(request: Request, labels: Sequence[str]) -> None:
    """Raise SeqkitError for a CRF over labels that are not learnt, and for one that would learn from teachers."""
    crf = getattr(request.model, "crf", "none")
    if crf == "none":
        return
    if crf not in labels:
        fix = f"Choose one that is learnt: {', '.join(labels)}."
        raise SeqkitError(f"crf={crf}: no labels of that kind are learnt", fix, exit_code=2)
    if request.sources.teacher:
        fix = "Teachers give probabilities word by word; leave out crf or --teacher."
        raise SeqkitError(f"crf={crf}: a CRF does not learn from teachers", fix, exit_code=2)


def _task(
    model: Any, data: Data, auxiliary: Sequence[str], request: Request, reporter: Reporter
) -> TaggingTask:
    """What the loop trains: from the labels alone, or from teachers, too."""
    options, teachers = request.training, request.sources.teacher
    kinds = (*data.labels, *auxiliary)
    if not teachers:
        return TaggingTask(model, data.train, data.dev, kinds, options.label_smoothing)
    lesson = teach(
        teachers,
        data.train,
        {kind: model.facts.labels[kind] for kind in data.labels},
        options.noisy_copies,
        options.noise,
        options.seed,
        reporter.note,
    )
    return TaggingTask(
        model,
        lesson.sentences,
        data.dev,
        kinds,
        options.label_smoothing,
        lesson.soft,
        options.teacher_weight,
    )


def be_deterministic() -> None:
    """Let torch add up gradients in a fixed order. With several threads it would not, and no run would repeat."""
    # A stranger's layer may use an operation that has no fixed order: it is told of, not refused.
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


TRAINERS: dict[str, Callable[[Request, Reporter], Prepared]] = {
    "tagging": prepare_tagger,
    "seq2seq": prepare_seq2seq,
}
"""Task of a ModelSpec -> who prepares the training of such models."""
