"""The examples of a run: read, divided into train and dev, and checked for what cannot be learnt."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Collection, Sequence
from typing import Any

from torch import nn

from seqkit.data.catalogue import find_corpus
from seqkit.data.labelled import labelled_sentences
from seqkit.errors import SeqkitError, did_you_mean
from seqkit.evaluation.report import silver_warning
from seqkit.evaluation.spans import order_note
from seqkit.examples import RecordErrors, Sentence, SourceLocation
from seqkit.formats.conllu.checks import MAY_HOLD_SPACES
from seqkit.labels.kinds import (
    codec_of,
    codes,
    fault_of_name,
    in_order,
    is_label,
    kind_spec,
    kinds_in,
    known_kinds,
    learnt_kinds,
    missing_labels_fix,
)
from seqkit.models.contracts import MAX_STEPS
from seqkit.tasks.held_out import NO_DEV, held_out_note, hold_out
from seqkit.tasks.reading import split_sources
from seqkit.tasks.tagging.options import TaggingOptions
from seqkit.text.silver_labels import Labeller, labeller_of
from seqkit.text.words import ANY_LANGUAGE, splitter
from seqkit.training.request import Sources

HELD_OUT = 10
"""Without a dev split, every tenth sentence of the training split becomes one."""
FEWEST = 1000
"""Fewer words than this are not divided, because a tenth of them cannot rank epochs reliably."""


@dataclasses.dataclass
class Data:
    """The examples of a run, and what was settled while reading them."""

    train: list[Sentence]
    dev: list[Sentence]
    labels: tuple[str, ...]
    language: str
    notes: list[str]


def read_data(sources: Sources, options: TaggingOptions) -> Data:
    """Read train and dev. Raises SeqkitError for data without labelled sentences."""
    labeller = labeller_of(options.gold)
    language = _language(sources, options, labeller)
    problems = RecordErrors(skip=sources.skip_bad)
    wanted = options.label or learnt_kinds()
    train = _read(sources, "train", wanted, labeller, problems)
    dev = _read(sources, "dev", wanted, labeller, problems)
    name = sources.corpus or ", ".join(sources.train)
    if not train:
        raise SeqkitError(f"{name}: holds no sentence to train on", "Give a file with labelled sentences.")
    labels = _labels(options.label, train, name)
    if (dev or sources.dev) and not set(labels) & set(kinds_in(dev)):
        raise SeqkitError(
            f"{', '.join(sources.dev) or name}: has no {' or '.join(labels)} labels to score dev on",
            "Give a dev split with such labels, or none.",
        )
    found = (_of_language(options.lang), problems.summary(), silver_warning(silver_of([*train, *dev])))
    notes = [note for note in found if note]
    if not dev and len(train) >= HELD_OUT and sum(len(sentence.words) for sentence in train) >= FEWEST:
        train, dev = hold_out(train, HELD_OUT)
        notes.append(held_out_note(f"every {HELD_OUT}th sentence is held out ({len(dev)} of them)"))
        labels = _labels(options.label, train, name)
    elif not dev:
        notes.append(NO_DEV)
    notes += filter(None, (order_note([*train, *dev], kind) for kind in labels))
    return Data(train, dev, labels, language, notes + _unseen(train, dev, labels))


def _language(sources: Sources, options: TaggingOptions, labeller: Labeller | None) -> str:
    """The language that was named, else the corpus's, else that of the pipeline whose words are learnt."""
    if options.lang:
        return options.lang
    if sources.corpus:
        return find_corpus(sources.corpus).language
    return labeller.nlp.lang if labeller is not None else "xx"


def _of_language(named: str) -> str:
    """What there is to say of a language that the user named: spaCy may have no rules to split its raw text by."""
    if not named or named == ANY_LANGUAGE:
        return ""
    return splitter(named).note


def _read(
    sources: Sources, split: str, kinds: Sequence[str], labeller: Labeller | None, problems: RecordErrors
) -> list[Sentence]:
    return [
        stretch
        for file in split_sources(sources, split)
        for sentence in labelled_sentences(file, split, labeller, problems, kinds)
        if _can_be_written(sentence, [*sentence.labels], file, problems)
        for stretch in _stretches(sentence)
    ]


def _can_be_written(sentence: Sentence, kinds: Sequence[str], file: str, problems: RecordErrors) -> bool:
    """Whether CoNLL-U can represent the labels, which the model will predict for other words."""
    for kind in kinds:
        spaces = kind_spec(kind).column in MAY_HOLD_SPACES
        for label in sentence.labels[kind]:
            if label.split() != [label] and not (spaces and label.strip()):
                where = sentence.where or SourceLocation(file, 0)
                problems.bad(where, f"the {kind} label {label!r} has white space or is empty", "Rename it.")
                return False
    return True


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
    """The kinds of label to learn: the requested ones, or those with values in the training split."""
    there = kinds_in(train)
    for kind in wanted:
        if kind not in there:
            # An unknown kind is most likely a typing error on the command line.
            code = 1 if kind in known_kinds() else 2
            raise SeqkitError(
                f"{name}: has no {kind} labels", missing_labels_fix(kind, there), exit_code=code
            )
    if not there:
        raise SeqkitError(
            f"{name}: has no labels to learn from",
            "Label it on the way with a spaCy pipeline: --gold spacy:NAME.",
        )
    unknown = next((kind for kind in there if kind not in known_kinds()), "")
    if unknown and not wanted:
        raise SeqkitError(
            f"{name}: holds labels of a kind that no plugin declares: {unknown}",
            f"{did_you_mean(unknown, known_kinds())} To learn it all the same: --label {','.join(there)}.",
            exit_code=2,
        )
    labels = in_order(wanted) or there
    for kind in labels:
        _check_name(kind, name)
    return labels


def _check_name(kind: str, name: str) -> None:
    """Raise SeqkitError for a kind of label whose name torch has no place for among the output layers."""
    if fault := fault_of_name(kind) or (
        f"'{kind}' is a name of torch's own" if hasattr(nn.ModuleDict(), kind) else ""
    ):
        raise SeqkitError(f"{name}: {kind} labels cannot be learnt: {fault}", "Rename the kind.", exit_code=2)


def _unseen(train: Sequence[Sentence], dev: Sequence[Sentence], labels: Sequence[str]) -> list[str]:
    """A note on labels that only dev has: the model cannot give them, and they count as errors."""
    notes = []
    # Dev nearly always has scripts of lemmas that training never had.
    for kind in (kind for kind in labels if codec_of(kind) is None):
        known = {label for sentence in train for label in codes(sentence, kind)}
        count, shown = new_labels(kind, known, dev)
        if count:
            notes.append(f"{count} {kind} label(s) in dev that training never had count as errors: {shown}")
    return notes


def new_labels(kind: str, known: Collection[str], sentences: Sequence[Sentence]) -> tuple[int, str]:
    """How many labels of a kind the sentences have that are not known, and the first of them, to be shown."""
    there = {label for sentence in sentences for label in codes(sentence, kind)}
    new = sorted(label for label in there - set(known) if is_label(kind, label))
    return len(new), ", ".join(new[:5]) + (" …" if len(new) > 5 else "")


def check_labels(name: str, model: Any, data: Data, asked: Sequence[str]) -> list[str]:
    """Notes on labels that a trained tagger does not have, and so does not learn, and on kinds that only it has.

    Raises SeqkitError where it has none of the kinds, or none of the labels, that the data have, or lacks a kind that
    was asked for.
    """
    missing = [kind for kind in asked or data.labels if kind not in model.facts.labels]
    if missing and (asked or len(missing) == len(data.labels)):
        problem = f"--from {name}: gives no {' or '.join(missing)} labels"
        raise SeqkitError(problem, f"It gives: {', '.join(model.facts.labels)}.", exit_code=2)
    notes = [f"the model gives no {kind} labels, and learns none" for kind in missing]
    learnt = 0
    for kind, known in model.facts.labels.items():
        if kind not in data.labels:
            notes.append(f"{kind} is not learnt; the model gives it as before, or worse")
            continue
        count, shown = new_labels(kind, known, data.train)
        total, _ = new_labels(kind, (), data.train)
        learnt += total - count
        if count:
            notes.append(
                f"{count} of {total} {kind} label(s) are not learnt, as the model does not have them: {shown}"
            )
    if not learnt:
        problem = f"--from {name}: has none of the labels to be learnt"
        raise SeqkitError(
            problem, "Train from the first, random weights, or begin with another model.", exit_code=2
        )
    return notes


def checksum(splits: Sequence[Sequence[Sentence]], kinds: Sequence[str]) -> str:
    """sha256 of the words and labels of some splits, in order."""
    digest = hashlib.sha256()
    for sentences in splits:
        for sentence in sentences:
            labels = [sentence.labels.get(kind) for kind in kinds]
            digest.update(json.dumps([sentence.words, labels]).encode() + b"\n")
        digest.update(b"\n")
    return digest.hexdigest()


def silver_of(sentences: Sequence[Sentence]) -> str | None:
    """The pipeline that labelled the sentences; None where people did."""
    return next((sentence.silver for sentence in sentences if sentence.silver), None)
