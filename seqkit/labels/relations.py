"""Dependency relations as labels of words."""

from __future__ import annotations

from collections.abc import Sequence

ID, HEAD, DEPREL = 0, 6, 7


def relations(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the relation of each word and the side of its head. Args: rows, the ten CoNLL-U cells of each word.

    `nsubj>` is a subject whose head follows, `obj<` an object whose head precedes, `root` the root; "" if the
    treebank has no relation.
    """
    return [_relation(cells) for cells in rows]


def _relation(cells: Sequence[str]) -> str:
    if not cells[HEAD].isdecimal() or cells[DEPREL] == "_":
        return ""
    distance = int(cells[HEAD]) - int(cells[ID])
    return cells[DEPREL] if cells[HEAD] == "0" else cells[DEPREL] + ("<" if distance < 0 else ">")
