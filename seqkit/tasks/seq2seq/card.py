"""The facts in the model card of a sequence-to-sequence model."""

from __future__ import annotations

from typing import Any

from seqkit.training.card import CardFacts, parameters_line
from seqkit.training.request import TrainingRequest


def card_facts(request: TrainingRequest, model: Any, pairs: int) -> CardFacts:
    """Directions, modalities and size."""
    source, target = request.task.source, request.task.target
    encoder, decoder = model.options.encoder, model.options.decoder
    return CardFacts(
        title=f"A `{request.sources.model}` model from {source} to {target}",
        language=f"[{source}, {target}]",
        tags="[translation]" if encoder == "text" else "[sequence-to-sequence]",
        before=[f"From: {source} ({encoder}); to: {target} ({decoder})"],
        after=[
            f"Training pairs: {pairs:,}",
            parameters_line(model),
        ],
    )
