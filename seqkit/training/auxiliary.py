"""A kind of label that is learnt beside the others and then dropped: what z_t must know for it helps them, too.

Caruana (1997); for parts of speech Plank, Søgaard & Goldberg (2016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.formats.conllu_lines import DEPREL, HEAD, ID, LABEL_COLUMNS, rows_of, word_rows
from seqkit.formats.examples import Sentence


def add_relations(sentences: Sequence[Sentence], kind: str) -> None:
    """Give each sentence of a treebank one more kind of label: a word's relation, and where its head stands.

    Args: kind, "deprel", or "head" for labels that tell the head's part of speech, too. Sentences that were read from
    another format get none. Raises SeqkitError where no sentence has relations.
    """
    found = False
    for sentence in sentences:
        rows = list(word_rows(rows_of(sentence.lines or ())))
        upos = {cells[ID]: cells[LABEL_COLUMNS["upos"]] for cells in rows} if kind == "head" else {}
        labels = [_relation(cells, upos) for cells in rows]
        if len(labels) == len(sentence.words) and all(labels):
            sentence.labels[kind] = labels
            found = True
    if not found:
        raise SeqkitError(
            f"auxiliary={kind}: the training split has no relations",
            "Train on CoNLL-U with HEAD and DEPREL, or leave it out.",
            exit_code=2,
        )


def drop(model: Any, kind: str) -> None:
    """Let a trained tagger (see `seqkit.models.contracts.TaggerModel`) give labels of this kind no more."""
    del model.heads[kind], model.facts.labels[kind]
    model.facts.ambiguous.pop(kind, None)


def _relation(cells: Sequence[str], upos: Mapping[str, str]) -> str:
    """`nsubj>`: a subject whose head follows; `nsubj>VERB` where parts of speech are given. "" where it is not said."""
    if not cells[HEAD].isdecimal() or cells[DEPREL] == "_":
        return ""
    if cells[HEAD] == "0":
        return cells[DEPREL]
    side = "<" if int(cells[HEAD]) < int(cells[ID]) else ">"
    return cells[DEPREL] + side + upos.get(cells[HEAD], "")
