"""A training run from a request to a finished model folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from seqkit.catalogue import find_corpus
from seqkit.errors import SeqkitError
from seqkit.evaluation.plots import learning_curve
from seqkit.extend.manager import load, registry
from seqkit.formats.examples import LABELS, NO_LABEL, Problems, Sentence
from seqkit.models.artifact import read_weights, save_model
from seqkit.models.contracts import MAX_STEPS
from seqkit.models.folder import TRAINING
from seqkit.text.sources import labelled_sentences
from seqkit.training.adapt import adapted
from seqkit.training.calibration import calibrate
from seqkit.training.card import model_card
from seqkit.training.loop import BEST, METRICS, STATE, Reporter, Training
from seqkit.training.request import Request, Sources, save_request
from seqkit.training.state import Progress
from seqkit.training.tagging import TaggingTask

HELD_OUT = 10
"""Without a dev split, every tenth sentence of the training split becomes one."""
FEWEST = 20
"""Fewer sentences than this are not divided."""


@dataclasses.dataclass
class Data:
    """The examples of a run, and what was settled while reading them."""

    train: list[Sentence]
    dev: list[Sentence]
    labels: tuple[str, ...]
    language: str
    notes: list[str]


def read_data(sources: Sources) -> Data:
    """Read train and dev. Raises SeqkitError where there is nothing to learn from."""
    language = sources.lang or (find_corpus(sources.corpus).language if sources.corpus else "") or "xx"
    problems = Problems(skip=sources.skip_bad)
    train = _read(sources, "train", language, problems)
    dev = _read(sources, "dev", language, problems)
    name = sources.corpus or ", ".join(sources.train)
    if not train:
        raise SeqkitError(f"{name}: holds no sentence to train on", "Give a file with labelled sentences.")
    labels = _labels(sources.label, train, name)
    notes = [problems.summary()] if problems.summary() else []
    if not dev and len(train) >= FEWEST:
        dev, train = train[HELD_OUT - 1 :: HELD_OUT], [s for i, s in enumerate(train) if (i + 1) % HELD_OUT]
        notes.append(f"no dev split given: every {HELD_OUT}th sentence is held out ({len(dev)} of them)")
    elif not dev:
        notes.append("no dev split: every epoch is trained and the last one kept")
    return Data(train, dev, labels, language, notes + _unseen(train, dev, labels))


def _read(sources: Sources, split: str, language: str, problems: Problems) -> list[Sentence]:
    files: Sequence[str] = getattr(sources, split)
    if sources.corpus:
        if split not in find_corpus(sources.corpus).splits:
            return []
        files = (sources.corpus,)
    return [
        stretch
        for file in files
        for sentence in labelled_sentences(
            file, split, gold=sources.gold, language=language, problems=problems
        )
        for stretch in _stretches(sentence)
    ]


def _stretches(sentence: Sentence) -> list[Sentence]:
    """A sentence as it is, one without a word not at all, and an over-long one in parts (which bounds memory)."""
    if len(sentence.words) <= MAX_STEPS:
        return [sentence] if sentence.words else []
    parts = [slice(start, start + MAX_STEPS) for start in range(0, len(sentence.words), MAX_STEPS)]
    return [
        Sentence(
            sentence.words[part],
            {kind: labels[part] for kind, labels in sentence.labels.items()},
            where=sentence.where,
            silver=sentence.silver,
        )
        for part in parts
    ]


def _labels(wanted: Sequence[str], train: Sequence[Sentence], name: str) -> tuple[str, ...]:
    """The kinds of label to learn: those asked for, else those that the training split has values of."""
    there = tuple(kind for kind in LABELS if any(set(s.labels.get(kind, ())) - {NO_LABEL} for s in train))
    for kind in wanted:
        if kind not in LABELS:
            raise SeqkitError(
                f"--label {kind}: no such kind of label", f"Known: {', '.join(LABELS)}.", exit_code=2
            )
        if kind not in there:
            raise SeqkitError(
                f"{name}: has no {kind} labels", f"It has: {', '.join(there) or 'no labels at all'}."
            )
    if not there:
        raise SeqkitError(
            f"{name}: has no labels to learn from",
            "Label it on the way with a spaCy pipeline: --gold spacy:NAME.",
        )
    return tuple(wanted) or there


def _unseen(train: Sequence[Sentence], dev: Sequence[Sentence], labels: Sequence[str]) -> list[str]:
    """A note on labels that only dev has: the model cannot give them, and they count as errors."""
    notes = []
    for kind in labels:
        known = {label for sentence in train for label in sentence.labels.get(kind, ())}
        new = sorted({label for sentence in dev for label in sentence.labels.get(kind, ())} - known)
        if new:
            shown = ", ".join(new[:5]) + (" …" if len(new) > 5 else "")
            notes.append(
                f"{len(new)} {kind} label(s) in dev that training never had count as errors: {shown}"
            )
    return notes


def train(request: Request, out: Path, command: str, reporter: Reporter) -> Progress:
    """Train, or go on training, and write the model folder `out`.

    Args: command, the line that asked for it, for the model card. Raises `Stopped` when interrupted.
    """
    data = read_data(request.sources)
    for note in data.notes:
        reporter.note(note)
    sources = dataclasses.replace(request.sources, label=data.labels, lang=data.language)
    request = adapted(dataclasses.replace(request, sources=sources), data.train)
    folder = out / TRAINING
    model = build_model(request, data)
    save_request(folder, request)
    task = TaggingTask(model, data.train, data.dev, request.training.label_smoothing)
    training = Training(task, request.training, folder, reporter)
    training.resume()
    progress = training.run()
    read_weights(folder / BEST, model)
    calibrate(model, data.dev)
    learning_curve(folder / METRICS, folder / "learning-curve.png")
    save_model(
        out,
        request.sources.model,
        model,
        model_card(request, data.train, progress, command),
        request.training.store,
    )
    for finished in (STATE, BEST):
        (folder / finished).unlink(missing_ok=True)
    return progress


def build_model(request: Request, data: Data) -> Any:
    """The model with its first, seeded weights."""
    options = request.training
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    spec = registry().find("models", request.sources.model)
    facts = load(spec.facts).gather(data.train, request.model, data.labels, data.language)
    return load(spec.build)(request.model, facts)
