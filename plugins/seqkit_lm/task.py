"""The task `lm`: train, evaluate and apply language models."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
import torch

from seqkit.tasks import ApplyRequest, Chunk, EvaluationRequest, Prepared, Report, TextTask, TrainingRequest
from seqkit.tasks.inspecting import InspectionRequest, Subject
from seqkit.tasks.reading import fresh_or_started
from seqkit.training.auto_sizes import AutoSizes, with_auto_sizes
from seqkit.training.card import CardFacts, model_card
from seqkit_lm.application import LIMITS, PARTS, ContinuationWriter, continue_chunk
from seqkit_lm.data import LMData, checksum, read_data
from seqkit_lm.trainable import LMTrainable

SIZES = AutoSizes(updates=4000, epochs=(4, 60), batch=(1, 32), updates_an_epoch=150)
"""A batch counts lanes of one window each."""


class LMTask(TextTask):
    """The task of predicting the next symbol of a text."""

    name = "lm"

    def prepare(self, request: TrainingRequest, reporter: Any) -> Prepared:
        """Read the text, collect its symbols, create the network."""
        data = read_data(request)
        for note in data.notes:
            reporter.note(note)
        torch.manual_seed(request.training.seed)
        model = fresh_or_started(
            request, lambda facts: facts.gather(data.train, request.model, data.language)
        )
        symbols = model.facts.symbols
        train, dev = ([np.array(symbols.document(d)) for d in split] for split in (data.train, data.dev))
        task = LMTrainable(model, train, dev, data.dev_characters, request.task.bptt_window)
        resolved = with_auto_sizes(
            request.replace("task", lang=data.language), sum(map(len, train)), SIZES, request.task.bptt_window
        )
        facts = _card_facts(resolved, model, data)
        return Prepared(
            request=resolved,
            task=task,
            examples=checksum(data),
            card=lambda progress, command: model_card(resolved, facts, progress, command),
        )

    def evaluate(self, request: EvaluationRequest) -> Report:
        """Perplexity per word and bits per character, with intervals."""
        from seqkit_lm.evaluate import evaluate_lm

        return evaluate_lm(request)

    def subject(self, request: InspectionRequest) -> Subject:
        """The model and documents to inspect."""
        from seqkit_lm.inspecting import lm_subject

        return lm_subject(request)

    limits = LIMITS
    parts = PARTS

    def apply(self, model: Any, chunk: Chunk, request: ApplyRequest) -> list[dict[str, Any]]:
        """The continuations of each prompt, as fields of a record."""
        return continue_chunk(model, chunk, request.options)

    def writer(self, format: str, file: BinaryIO, request: ApplyRequest) -> ContinuationWriter:
        """A writer of records with the output's fields added."""
        return ContinuationWriter(format, file)


def _card_facts(request: TrainingRequest, model: Any, data: LMData) -> CardFacts:
    return CardFacts(
        title=f"A language model for {data.language}, over {request.model.unit}",
        language=data.language,
        tags="[text-generation]",
        after=[
            f"Training documents: {len(data.train):,}; lines: {sum(map(len, data.train)):,}",
            f"Symbols: {len(model.facts.symbols):,}; parameters: {sum(p.numel() for p in model.parameters()):,}",
        ],
    )
