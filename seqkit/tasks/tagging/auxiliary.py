"""An auxiliary kind of label, which is learnt with the others and then dropped: the features that it needs help them.

Caruana (1997); for parts of speech Plank, Søgaard & Goldberg (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.examples import Sentence
from seqkit.formats.conllu.labels import add_labels
from seqkit.labels.kinds import kinds_in


def add_auxiliary(sentences: Sequence[Sentence], kind: str) -> None:
    """Give each sentence of a treebank its labels of a kind that was not read, such as "deprel".

    Sentences that were read from another format keep those that they have. Raises SeqkitError where no sentence has
    such labels.
    """
    for sentence in sentences:
        add_labels(sentence, (kind,))
    if kind not in kinds_in(sentences):
        raise SeqkitError(
            f"auxiliary={kind}: the training split has no {kind} labels",
            "Train on CoNLL-U that has them, or leave it out.",
            exit_code=2,
        )


def drop(model: Any, kind: str) -> None:
    """Let a trained tagger (see `seqkit.models.contracts.TaggerModel`) give labels of this kind no more."""
    del model.heads[kind], model.facts.labels[kind]
    model.facts.ambiguous.pop(kind, None)
