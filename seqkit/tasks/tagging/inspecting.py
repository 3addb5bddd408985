"""What `seqkit inspect` looks into: a tagger and sentences. Shapes: B sentences, T words, L labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from seqkit.data.catalogue import read_sentences
from seqkit.errors import SeqkitError, did_you_mean, shortened
from seqkit.examples import RawText, RecordErrors, Sentence, SourceLocation
from seqkit.nn.placement import placed_for
from seqkit.tasks.inspecting import InspectionRequest, Steps, Subject, text_of
from seqkit.tasks.segmenting import segmenter_of
from seqkit.tasks.tagging.loading import load_tagger
from seqkit.tasks.tagging.trainable import TaggingTrainable, TrainingBatch


class TaggingSubject(Subject):
    """A tagger and sentences, its first kind of label explained."""

    def __init__(self, model: Any, sentences: Sequence[Sentence]) -> None:
        self.model = model
        self.kind = next(iter(model.facts.labels))
        self.sentences = [sentence for sentence in sentences if sentence.words]
        self._task = TaggingTrainable(model, self.sentences, [], tuple(model.facts.labels))

    def __len__(self) -> int:
        return len(self.sentences)

    def steps(self, index: int) -> Steps:
        words = len(self.sentences[index].words)
        return Steps(words, words)

    def collate(self, indices: Sequence[int]) -> TrainingBatch:
        return TrainingBatch(self.model.collate([self.sentences[index] for index in indices]))

    def step_losses(self, batch: TrainingBatch) -> Tensor:
        return self._task.step_losses(batch)

    def entries(self) -> list[str]:
        return ["network"]

    def chains(self) -> list[str]:
        """Those over the words; another reads each word's characters."""
        return ["network."]

    def scores(self, batch: TrainingBatch) -> Tensor:
        logits: Tensor = self.model(batch.sentences)[self.kind]
        return logits

    def names(self) -> list[str]:
        return list(self.model.facts.labels[self.kind])

    def chosen(self, index: int) -> list[int]:
        names = self.names()
        labels = self.sentences[index].labels.get(self.kind, ())
        with torch.no_grad():
            best_T = self.scores(placed_for(self.model, self.collate([index])))[0].argmax(-1).tolist()
        return [
            names.index(label) if label in names else best_T[t] for t, label in enumerate(labels)
        ] or best_T

    def output_matrices(self) -> dict[str, Tensor]:
        return {f"V ({kind})": head.V for kind, head in self.model.heads.items()}

    def input_names(self, index: int) -> list[str]:
        return list(self.sentences[index].words)

    def output_names(self, index: int) -> list[str]:
        return list(self.sentences[index].words)


def tagging_subject(request: InspectionRequest) -> TaggingSubject:
    """The tagger of a request and its sentences. Raises SeqkitError for labels that the model does not have."""
    model = load_tagger(request.model).model
    if request.text:
        return _of_text(request, model)
    problems, found = RecordErrors(skip=request.skip_bad), []
    for sentence in read_sentences(request.source, request.split, problems, tuple(model.facts.labels)):
        found.append(sentence)
        if len(found) >= request.examples:
            break
    return TaggingSubject(model, found)


def _of_text(request: InspectionRequest, model: Any) -> TaggingSubject:
    """A text as one sequence, with the labels of the request, or those that the model predicts."""
    segmenter = segmenter_of(request.model, model.facts.language)
    parts = segmenter.sentences([RawText(text_of(request), SourceLocation("--text", 1))])
    words = [word for sentence in parts for word in sentence.words]
    subject = TaggingSubject(model, [Sentence(words)] if words else [])
    if not words:
        return subject
    labels = request.target.split() or [subject.names()[label] for label in subject.chosen(0)]
    if len(labels) != len(words):
        problem = f"--target: {len(labels)} label(s) for {len(words)} word(s)"
        raise SeqkitError(problem, f"Give one for each word of '{shortened(' '.join(words))}'.", exit_code=2)
    for label in labels:
        if label not in subject.names():
            fix = did_you_mean(label, subject.names())
            raise SeqkitError(f"--target: the model knows no label '{label}'", fix, exit_code=2)
    subject.sentences[0] = dataclasses.replace(subject.sentences[0], labels={subject.kind: labels})
    return subject
