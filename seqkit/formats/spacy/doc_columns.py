"""Convert columns of CoNLL-U and kinds of label to spaCy's token attributes, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from seqkit.examples import NO_LABEL
from seqkit.labels.kinds import in_order, kind_spec
from seqkit.labels.schemes import as_bio

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

Columns = dict[str, list[str]]
"""Name of the column, or kind of label -> one value per word, `_` for none."""

NATIVE = {"lemma": 2, "upos": 3, "xpos": 4, "feats": 5, "head": 6, "deprel": 7}
"""The columns of a block that spaCy has an attribute for -> their indices in a row."""
ATTRIBUTES = {
    "lemma": "LEMMA",
    "upos": "POS",
    "xpos": "TAG",
    "feats": "MORPH",
    "head": "HEAD",
    "deprel": "DEP",
}
"""Column -> spaCy's attribute."""
FEATS = re.compile(r"[^=|]*=[^=|]*(\|[^=|]*=[^=|]*)*")


def kinds_held(kinds: Iterable[str]) -> list[str]:
    """Return the kinds of label that spaCy has an attribute for; of two with the same, the one displayed first."""
    places: dict[str, str] = {}
    for kind in in_order(kinds):
        if place := kind_spec(kind).spacy:
            places.setdefault(place, kind)
    return list(places.values())


def is_annotated(doc: Doc, kind: str) -> bool:
    """Whether some token of a Doc has a value of a kind that spaCy has an attribute for."""
    return doc.has_annotation(kind_spec(kind).spacy)


def doc_arguments(columns: Columns, count: int) -> dict[str, Any]:
    """Convert columns to arguments of `Doc`; "" replaces values that spaCy would refuse. Args: count, of words."""
    from spacy.parts_of_speech import IDS

    arguments: dict[str, Any] = {}
    values_of = {_attribute(name): values for name, values in columns.items()}
    if "POS" in values_of:
        arguments["pos"] = [value if value in IDS else "" for value in values_of["POS"]]
    if "TAG" in values_of:
        arguments["tags"] = ["" if value == NO_LABEL else value for value in values_of["TAG"]]
    if "MORPH" in values_of:
        arguments["morphs"] = [value if FEATS.fullmatch(value) else "" for value in values_of["MORPH"]]
    if "LEMMA" in values_of:
        arguments["lemmas"] = ["" if value == NO_LABEL else value for value in values_of["LEMMA"]]
    if "ENT_IOB" in values_of:
        arguments["ents"] = _entities(values_of["ENT_IOB"])
    if "head" in columns and _is_tree(columns["head"]) and NO_LABEL not in columns["deprel"]:
        heads = [int(head) - 1 for head in columns["head"]]
        arguments["heads"] = [index if head < 0 else head for index, head in enumerate(heads)]
        arguments["deps"] = ["ROOT" if value == "root" else value for value in columns["deprel"]]
    else:
        arguments["sent_starts"] = [index == 0 for index in range(count)]
    return arguments


def _attribute(name: str) -> str:
    """spaCy's attribute for a column or kind of label."""
    return ATTRIBUTES.get(name) or kind_spec(name).spacy


def _entities(tags: list[str]) -> list[str]:
    """Convert tags to the argument `ents` of `Doc`: BIO, and "" for a word without a tag."""
    pairs = zip(tags, as_bio(tags), strict=True)
    return ["" if tag == NO_LABEL or bio in ("B-", "I-") else bio for tag, bio in pairs]


def _is_tree(heads: list[str]) -> bool:
    """Whether the heads form a single tree."""
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
    """Return the values of columns in a Doc, in the spelling of CoNLL-U."""
    return {name: [GETTERS[_attribute(name)](token) or NO_LABEL for token in doc] for name in names}


def feats_of(token: Token) -> str:
    """Return the features in UD's order, which ignores case (Number before NumType); spaCy's order does not."""
    return "|".join(sorted(str(token.morph).split("|"), key=str.lower))


def _head(token: Token) -> str:
    if not token.dep_:
        return ""
    return "0" if token.head.i == token.i else str(token.head.i + 1)


def _entity(token: Token) -> str:
    """The BIO tag of a word; "" if spaCy has no value for it."""
    return f"{token.ent_iob_}-{token.ent_type_}" if token.ent_iob_ in ("B", "I") else token.ent_iob_


GETTERS: dict[str, Callable[[Token], str]] = {
    "LEMMA": lambda token: token.lemma_,
    "POS": lambda token: token.pos_,
    "TAG": lambda token: token.tag_,
    "MORPH": feats_of,
    "HEAD": _head,
    "DEP": lambda token: "root" if token.dep_ == "ROOT" else token.dep_,
    "ENT_IOB": _entity,
}
"""Attribute of spaCy -> function from a token to its value."""


def changed_values(in_doc: Columns, original: Columns) -> dict[str, list[tuple[int, str, str]]]:
    """Return the values that spaCy changed: column -> (index, spaCy's value, original value)."""
    changes = {
        name: [
            (index, pair[0], pair[1])
            for index, pair in enumerate(zip(in_doc[name], values, strict=True))
            if pair[0] != pair[1]
        ]
        for name, values in original.items()
    }
    return {name: pairs for name, pairs in changes.items() if pairs}


def set_labels(doc: Doc, tokens: list[Token], labels: Columns) -> None:
    """Set the labels of a Doc's tokens, for the kinds that spaCy has an attribute for.

    Values that spaCy would refuse are skipped. Args: tokens, the tokens that have labels (not those of white space).
    """
    from spacy.tokens import Doc as Docs

    columns = {kind: labels[kind] for kind in kinds_held(labels) if len(labels[kind]) == len(tokens)}
    arguments = doc_arguments(columns, len(tokens))
    arguments.pop("sent_starts", None)
    labelled = Docs(doc.vocab, [token.text for token in tokens], **arguments)
    for kind in columns:
        attribute = _attribute(kind)
        for token, source in zip(tokens, labelled, strict=True):
            if attribute in SETTERS:
                SETTERS[attribute](token, source)
        if attribute == "ENT_IOB":
            doc.set_ents([_span(doc, tokens, entity) for entity in labelled.ents])


def _span(doc: Doc, tokens: list[Token], entity: Span) -> Span:
    """Map an entity of the words to a span of the whole Doc."""
    from spacy.tokens import Span as Spans

    return Spans(doc, tokens[entity.start].i, tokens[entity.end - 1].i + 1, entity.label_)


def _set_morph(token: Any, source: Token) -> None:
    token.set_morph(str(source.morph))


def _set_pos(token: Token, source: Token) -> None:
    token.pos_ = source.pos_


def _set_tag(token: Token, source: Token) -> None:
    token.tag_ = source.tag_


def _set_lemma(token: Token, source: Token) -> None:
    token.lemma_ = source.lemma_


SETTERS: dict[str, Callable[[Token, Token], None]] = {
    "POS": _set_pos,
    "TAG": _set_tag,
    "MORPH": _set_morph,
    "LEMMA": _set_lemma,
}
"""Attribute of spaCy -> function that copies it from one token to another."""
