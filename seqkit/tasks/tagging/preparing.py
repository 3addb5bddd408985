"""From labelled sentences to a tagger that can be trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from seqkit.errors import PluginError, SeqkitError
from seqkit.extend.build import facts_class
from seqkit.extend.manager import registry
from seqkit.models.contracts import TaggerOptions
from seqkit.models.size import build_model_within_memory
from seqkit.tasks.tagging.added_kinds import add_kinds, freeze
from seqkit.tasks.tagging.auto_options import with_auto_options
from seqkit.tasks.tagging.auxiliary import add_auxiliary, drop
from seqkit.tasks.tagging.card import card_facts
from seqkit.tasks.tagging.data import Data, check_labels, checksum, read_data, silver_of
from seqkit.tasks.tagging.distillation import teach
from seqkit.tasks.tagging.rough import rough_sentences
from seqkit.tasks.tagging.segmenter import segmenter_request
from seqkit.tasks.tagging.temperature import calibrate
from seqkit.tasks.tagging.trainable import TaggingTrainable
from seqkit.text.words import ANY_LANGUAGE
from seqkit.training.card import model_card
from seqkit.training.finetune import started
from seqkit.training.options import TrainingOptions
from seqkit.training.reporter import Reporter
from seqkit.training.request import TrainingRequest
from seqkit.training.trainable import Prepared
from seqkit.training.truncation import check_window, truncation_of


def prepare_tagging(request: TrainingRequest, reporter: Reporter) -> Prepared:
    """Read the sentences and make the tagger."""
    _check_options(request)
    _check_objective(request)
    _check_added(request)
    check_window(request.task.bptt_window, request.model.bidirectional)
    data = read_data(request.sources, request.task)
    for note in data.notes:
        reporter.note(note)
    _check_crf(request, data.labels)
    torch.manual_seed(request.training.seed)
    request = with_auto_options(request, data.train)
    auxiliary = _auxiliary(data, request)
    model = _model(request, data, auxiliary, reporter)
    data.labels = tuple(kind for kind in data.labels if kind in model.facts.labels)
    request = request.replace("task", label=data.labels, lang=model.facts.language)

    facts = card_facts(request, data.train, data.dev)

    def finish() -> None:
        for kind in auxiliary:
            drop(model, kind)
        calibrate(model, data.dev)

    task = _trainable(model, data, auxiliary, request, reporter)
    task.truncation = truncation_of(model.network, request.task.bptt_window)
    return Prepared(
        request=request,
        task=task,
        examples=checksum((data.train, data.dev), (*data.labels, *auxiliary)),
        silver=silver_of([*data.train, *data.dev]),
        card=lambda progress, command: model_card(request, facts, progress, command),
        parts=segmenter_request(request, data.train),
        without_parts="--no-with-segmenter",
        finish=finish,
    )


def _model(request: TrainingRequest, data: Data, auxiliary: Sequence[str], reporter: Reporter) -> Any:
    """The tagger in its first state: random weights, or those of the model that it begins as."""
    start = request.sources.start
    if not start:
        spec = registry().find("models", request.sources.model)
        kinds = (*data.labels, *auxiliary)
        facts = facts_class(spec).gather(data.train, request.model, kinds, data.language)
        return build_model_within_memory(spec.name, request.model, facts)
    model = started(start, request.model)
    add_kinds(model, request.task.add_label, data)
    for note in check_labels(start, model, data, request.task.label):
        reporter.note(note)
    model.facts.extend(data.train)
    if data.language != ANY_LANGUAGE:
        model.facts.language = data.language
    model.facts.silver = model.facts.silver or silver_of(data.train)
    return model


def _auxiliary(data: Data, request: TrainingRequest) -> tuple[str, ...]:
    """The kinds of label that are learnt in addition to the requested ones; added to the training split."""
    kind = request.model.auxiliary
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


def _check_crf(request: TrainingRequest, labels: Sequence[str]) -> None:
    """Raise SeqkitError for a CRF over labels that are not learnt, and for one that would learn from teachers."""
    crf = request.model.crf
    if crf == "none":
        return
    if crf not in labels:
        fix = f"Choose one that is learnt: {', '.join(labels)}."
        raise SeqkitError(f"crf={crf}: no labels of that kind are learnt", fix, exit_code=2)
    if request.task.teacher:
        fix = "Teachers give probabilities word by word; leave out crf or --teacher."
        raise SeqkitError(f"crf={crf}: a CRF does not learn from teachers", fix, exit_code=2)


def _check_options(request: TrainingRequest) -> None:
    """Raise PluginError for a model whose options lack those of every tagger."""
    if not isinstance(request.model, TaggerOptions):
        name = request.sources.model
        owner = registry().registered("models", name).display_name
        problem = f"{owner}: the options of the tagger '{name}' are not a seqkit.TaggerOptions"
        raise PluginError(problem, "Its author should subclass them.")


def _check_added(request: TrainingRequest) -> None:
    """Raise SeqkitError for kinds that are to be added to a model that begins with random weights."""
    if request.task.only_added and not request.task.add_label:
        raise SeqkitError("--only-added: is for --add-label", "Leave it out.", exit_code=2)
    if request.task.add_label and not request.sources.start:
        fix = "Use --label, or begin with a trained model: --from."
        raise SeqkitError("--add-label: is for --from", fix, exit_code=2)


def _check_objective(request: TrainingRequest) -> None:
    """Raise SeqkitError for what only the default objective learns from: teachers, and a CRF's whole sentences."""
    objective, default = request.training.objective, TrainingOptions.objective
    if objective == default:
        return
    crf = request.model.crf
    for given, name in ((request.task.teacher, "--teacher"), (crf != "none", f"crf={crf}")):
        if given:
            fix = f"Leave one of them out, or use objective={default}."
            raise SeqkitError(f"objective={objective}: learns nothing from {name}", fix, exit_code=2)


def _trainable(
    model: Any, data: Data, auxiliary: Sequence[str], request: TrainingRequest, reporter: Reporter
) -> TaggingTrainable:
    """What the loop trains, with or without teachers."""
    options = request.task
    kinds = (*data.labels, *auxiliary)
    if options.only_added:
        freeze(model, options.add_label)
        return TaggingTrainable(model, data.train, data.dev, options.add_label)
    if not options.teacher:
        more = rough_sentences(data.train, options.rough, request.training.seed)
        return TaggingTrainable(model, [*data.train, *more], data.dev, kinds)
    lesson = teach(
        options.teacher,
        data.train,
        {kind: model.facts.labels[kind] for kind in data.labels},
        options.noisy_copies,
        options.noise,
        request.training.seed,
        reporter.note,
    )
    return TaggingTrainable(model, lesson.sentences, data.dev, kinds, lesson.soft, options.teacher_weight)
