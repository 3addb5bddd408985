"""A kind of label that is learnt beside the others and then dropped: what z_t must know for it helps them, too.

Caruana (1997); for parts of speech Plank, Søgaard & Goldberg (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.formats.conllu_lines import DEPREL, HEAD, ID, rows_of, word_rows
from seqkit.formats.examples import Sentence


def add_deprel(sentences: Sequence[Sentence]) -> None:
    """Give each sentence of a treebank labels of the kind "deprel": a word's relation, and where its head stands.

    Sentences that were read from another format have none. Raises SeqkitError where no sentence has relations.
    """
    found = False
    for sentence in sentences:
        labels = [_relation(cells) for cells in word_rows(rows_of(sentence.lines or ()))]
        if len(labels) == len(sentence.words) and all(labels):
            sentence.labels["deprel"] = labels
            found = True
    if not found:
        raise SeqkitError(
            "auxiliary=deprel: the training split has no relations",
            "Train on CoNLL-U with HEAD and DEPREL, or leave it out.",
            exit_code=2,
        )


def drop(model: Any, kind: str) -> None:
    """Let a trained tagger (see `seqkit.models.contracts.TaggerModel`) give labels of this kind no more."""
    del model.heads[kind], model.facts.labels[kind]
    model.facts.ambiguous.pop(kind, None)


def _relation(cells: Sequence[str]) -> str:
    """`nsubj>`: a subject whose head follows. "" where the treebank does not say."""
    if not cells[HEAD].isdecimal() or cells[DEPREL] == "_":
        return ""
    distance = int(cells[HEAD]) - int(cells[ID])
    return cells[DEPREL] if cells[HEAD] == "0" else cells[DEPREL] + ("<" if distance < 0 else ">")
