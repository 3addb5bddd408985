"""The columns of CoNLL-U that spaCy has a place for, in both directions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from seqkit.formats.conllu_lines import DEPREL, HEAD, LABEL_COLUMNS
from seqkit.formats.examples import NO_LABEL

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Columns = dict[str, list[str]]
"""Name of the column -> one value a word, `_` for none."""

NATIVE = {"lemma": 2, **LABEL_COLUMNS, "head": HEAD, "deprel": DEPREL}
"""Their places in a line."""
FEATS = re.compile(r"[^=|]*=[^=|]*(\|[^=|]*=[^=|]*)*")


def doc_arguments(columns: Columns, count: int) -> dict[str, Any]:
    """The columns as arguments of `Doc`; empty for a value that spaCy would refuse."""
    from spacy.parts_of_speech import IDS

    arguments: dict[str, Any] = {}
    if "upos" in columns:
        arguments["pos"] = [value if value in IDS else "" for value in columns["upos"]]
    if "xpos" in columns:
        arguments["tags"] = ["" if value == NO_LABEL else value for value in columns["xpos"]]
    if "feats" in columns:
        arguments["morphs"] = [value if FEATS.fullmatch(value) else "" for value in columns["feats"]]
    if "lemma" in columns:
        arguments["lemmas"] = ["" if value == NO_LABEL else value for value in columns["lemma"]]
    if "head" in columns and _is_tree(columns["head"]) and NO_LABEL not in columns["deprel"]:
        heads = [int(head) - 1 for head in columns["head"]]
        arguments["heads"] = [index if head < 0 else head for index, head in enumerate(heads)]
        arguments["deps"] = ["ROOT" if value == "root" else value for value in columns["deprel"]]
    else:
        arguments["sent_starts"] = [index == 0 for index in range(count)]
    return arguments


def _is_tree(heads: list[str]) -> bool:
    """Whether there is one root, and every word hangs from it."""
    children: dict[str, list[str]] = {}
    for index, head in enumerate(heads, 1):
        children.setdefault(head, []).append(str(index))
    reached = children.get("0", [])[:]
    if len(reached) != 1:
        return False
    for node in reached:
        reached += children.get(node, [])
    return len(reached) == len(heads)


def columns_of(doc: Doc, names: Iterable[str] = NATIVE) -> Columns:
    """What spaCy holds of some columns, in the spelling of CoNLL-U."""
    return {name: [GETTERS[name](token) or NO_LABEL for token in doc] for name in names}


def feats_of(token: Token) -> str:
    """The features in the order of UD, which looks at no case (Number before NumType); spaCy's own does."""
    return "|".join(sorted(str(token.morph).split("|"), key=str.lower))


def _head(token: Token) -> str:
    if not token.dep_:
        return ""
    return "0" if token.head.i == token.i else str(token.head.i + 1)


GETTERS: dict[str, Callable[[Token], str]] = {
    "lemma": lambda token: token.lemma_,
    "upos": lambda token: token.pos_,
    "xpos": lambda token: token.tag_,
    "feats": feats_of,
    "head": _head,
    "deprel": lambda token: "root" if token.dep_ == "ROOT" else token.dep_,
}


def instead(held: Columns, wanted: Columns) -> dict[str, list[tuple[int, str, str]]]:
    """Where spaCy holds another value than it should: index, its value, the right one."""
    changes = {
        name: [
            (index, pair[0], pair[1])
            for index, pair in enumerate(zip(held[name], values, strict=True))
            if pair[0] != pair[1]
        ]
        for name, values in wanted.items()
    }
    return {name: pairs for name, pairs in changes.items() if pairs}
