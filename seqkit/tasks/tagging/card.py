"""The facts in the model card of a tagger."""

from __future__ import annotations

from collections.abc import Sequence

from seqkit.examples import Sentence
from seqkit.tasks.tagging.data import silver_of
from seqkit.training.card import CardFacts
from seqkit.training.request import TrainingRequest


def card_facts(request: TrainingRequest, train: Sequence[Sentence], dev: Sequence[Sentence]) -> CardFacts:
    """Labels, whether people made them, and how much text the tagger learnt from."""
    language, silver, dev_silver = request.task.lang, silver_of(train), silver_of(dev)
    made = f"SILVER, made by {silver}; no person checked them" if silver else "gold, as the data has them"
    return CardFacts(
        title=f"A `{request.sources.model}` tagger for {language}",
        language=language,
        tags="[token-classification, part-of-speech]",
        after=[
            f"Labels: {', '.join(request.task.label)}; {made}",
            f"Training sentences: {len(train):,}; words: {sum(len(s.words) for s in train):,}",
        ],
        warning=f"SILVER labels by {dev_silver}" if dev_silver else "",
    )
