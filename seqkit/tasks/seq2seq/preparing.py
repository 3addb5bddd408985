"""From pairs of sequences to a model that can be trained."""

from __future__ import annotations

from typing import Any

import torch

from seqkit.data.pair_sides import UNKNOWN
from seqkit.errors import SeqkitError
from seqkit.evaluation.corpus_metric import metric_of
from seqkit.examples import RecordErrors
from seqkit.extend.build import facts_class
from seqkit.extend.manager import registry
from seqkit.io.json_files import stored_record
from seqkit.io.json_shapes import language
from seqkit.models.folder import LANGUAGES, model_folder
from seqkit.models.size import build_model_within_memory
from seqkit.models.usable import usable_pairs
from seqkit.tasks.seq2seq.card import card_facts
from seqkit.tasks.seq2seq.data import PairData, read_pair_data
from seqkit.tasks.seq2seq.trainable import Seq2SeqTrainable
from seqkit.training.auto_sizes import AutoSizes, with_auto_sizes
from seqkit.training.card import model_card
from seqkit.training.finetune import started
from seqkit.training.reporter import Reporter
from seqkit.training.request import TrainingRequest
from seqkit.training.trainable import Prepared
from seqkit.training.truncation import check_window, truncation_of

TEXT = AutoSizes(updates=20_000, epochs=(12, 100), batch=(200, 4000), updates_an_epoch=400)
FRAMES = AutoSizes(updates=12_000, epochs=(12, 100), batch=(200, 4000), updates_an_epoch=150)
"""Sizes for sources of symbols, and of others: sound, pictures, films, and vectors have many steps for each output."""


def prepare_seq2seq(request: TrainingRequest, reporter: Reporter) -> Prepared:
    """Read the pairs and make the model."""
    request = _with_sides(request)
    check_window(request.task.bptt_window, request.model.bidirectional)
    if request.task.metric:
        metric_of(request.task.metric)  # a slip in its name is an error now, not after an epoch
    data = read_pair_data(request.sources, request.task, request.model)
    for note in data.notes:
        reporter.note(note)
    request = request.replace("task", source=data.source, target=data.target)
    torch.manual_seed(request.training.seed)
    model = _model(request, data, reporter)
    if request.sources.skip_bad:
        _drop_unusable(model, data, reporter)
    options = request.task
    task = Seq2SeqTrainable(
        model,
        data.train,
        data.dev,
        options.renaming,
        options.metric,
        options.random_names,
        options.plain,
    )
    task.truncation = truncation_of(model, options.bptt_window)
    sizes = TEXT if all(encoder.reads_symbols for encoder in model.encoders.values()) else FRAMES
    resolved = with_auto_sizes(request, int(task.lengths.sum()), sizes)
    facts = card_facts(resolved, model, len(data.train))
    return Prepared(
        request=resolved,
        task=task,
        examples=data.checksum,
        card=lambda progress, command: model_card(resolved, facts, progress, command),
    )


def _drop_unusable(model: Any, data: PairData, reporter: Reporter) -> None:
    """Leave out pairs that the model cannot take. Raises SeqkitError where none is left to train on."""
    problems = RecordErrors(skip=True)
    data.train, data.dev = (usable_pairs(model, pairs, problems) for pairs in (data.train, data.dev))
    if problems.skipped:
        reporter.note(problems.summary())
    if not data.train:
        raise SeqkitError("no pair is left to train on", "Mend the records that are named above.")


def _with_sides(request: TrainingRequest) -> TrainingRequest:
    """The sides of the model that is trained further, where none are given and the data have them."""
    start, options = request.sources.start, request.task
    if not start or options.source or options.target:
        return request
    languages = model_folder(start) / LANGUAGES
    if not languages.is_file():
        return request
    with stored_record(languages, "a sequence-to-sequence model") as own:
        source, target = (language(own.get(side, UNKNOWN)) for side in ("source", "target"))
    if UNKNOWN in (source, target):
        return request
    return request.replace("task", source=source, target=target)


def _model(request: TrainingRequest, data: PairData, reporter: Reporter) -> Any:
    """The model in its first state: random weights, or those of the model that it begins as."""
    start = request.sources.start
    if not start:
        spec = registry().find("models", request.sources.model)
        facts = facts_class(spec).gather(data.train, request.model, data.source, data.target)
        return build_model_within_memory(spec.name, request.model, facts)
    model = started(start, request.model)
    was = (model.facts.source_language, model.facts.target_language)
    now = tuple(
        old if new == UNKNOWN else new for old, new in zip(was, (data.source, data.target), strict=True)
    )
    if now != was:
        reporter.note(
            f"--from {start}: was from {was[0]} to {was[1]}, and is trained from {now[0]} to {now[1]}"
        )
    model.facts.source_language, model.facts.target_language = now
    return model
