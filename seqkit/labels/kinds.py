"""Look up kinds of label and their records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Protocol, cast

from seqkit.errors import shortened
from seqkit.examples import NO_LABEL, Sentence
from seqkit.extend.checks import KIND
from seqkit.extend.manager import load, registry
from seqkit.extend.registry import Registry
from seqkit.extend.specs import LabelSpec


def known_kinds() -> Mapping[str, LabelSpec]:
    """Return all declared kinds by name, in display order."""
    return _known(registry())


def kind_spec(kind: str) -> LabelSpec:
    """Return the record of a kind. An undeclared kind has one value per word, and `_` is a value."""
    return known_kinds().get(kind) or _plain(kind)


def standard_kinds() -> tuple[str, ...]:
    """Return the kinds that every reader yields if present, in display order: upos, xpos, feats."""
    return _standard(registry())


def column_kinds() -> Mapping[str, str]:
    """Map the kinds that are always read to their CoNLL-U columns."""
    return _columns(registry())


def in_order(kinds: Iterable[str]) -> tuple[str, ...]:
    """Sort kinds in display order; undeclared kinds come last, in the given order."""
    return _ordered(registry(), tuple(kinds))


def kind_named(name: str) -> str:
    """Return the declared kind with this name or alias, ignoring case; "" if there is none."""
    return _names(registry()).get(name.lower(), "")


def missing_labels_fix(kind: str, present: Sequence[str]) -> str:
    """The fix of an error about missing labels: the fields from which they are read, or the nearest kind.

    Args: present, the kinds that the data have.
    """
    if nearest := kind_named(kind) if kind not in known_kinds() else "":
        return f"Did you mean '{nearest}'?"
    key = kind_spec(kind).misc or kind
    has = f"It has: {', '.join(present)}. " if present else ""
    return f"{has}They are read from a TSV column or JSON key '{kind}', or {key}= in CoNLL-U's MISC."


def fault_of_name(kind: str) -> str:
    """Return why a name is not valid for a kind of label; "" if it is valid."""
    if KIND.fullmatch(kind):
        return ""
    return f"'{shortened(kind)}' cannot name a kind of label: use letters, digits, _ and -"


def is_label(kind: str, label: str) -> bool:
    """Whether a word is labelled. `_` means unlabelled for some kinds (UPOS), and is a value for others."""
    return label != NO_LABEL or not kind_spec(kind).unlabelled


class Codec(Protocol):
    """Encodes labels as the codes that a model learns, and decodes them."""

    def encode(self, word: str, label: str) -> str:
        """Return the code of the label of a word."""

    def decode(self, word: str, code: str) -> str:
        """Return the label of a word from a code. Raises ValueError if `code` is not a code."""


def codec_of(kind: str) -> Codec | None:
    """Return the codec of a kind; None if a model learns the labels themselves."""
    name = kind_spec(kind).codec
    return cast(Codec, load(name)) if name else None


def learnt_kinds() -> tuple[str, ...]:
    """Return the kinds that taggers learn by default, in addition to those that every reader yields."""
    return tuple(kind for kind, spec in known_kinds().items() if spec.learnt)


def codes(sentence: Sentence, kind: str) -> list[str]:
    """Encode the labels of a kind as a model learns them, one per word; `_` for a word without label."""
    labels, codec = sentence.labels.get(kind, []), codec_of(kind)
    if codec is None:
        return labels
    pairs = zip(sentence.words, labels, strict=False)
    return [codec.encode(word, label) if is_label(kind, label) else label for word, label in pairs]


def decoded(words: Sequence[str], kind: str, predicted: list[str]) -> list[str]:
    """Decode the labels of words from their predicted codes."""
    codec = codec_of(kind)
    return predicted if codec is None else list(map(codec.decode, words, predicted))


def kinds_in(sentences: Sequence[Sentence]) -> tuple[str, ...]:
    """Return the kinds for which some word has a value other than the kind's default."""
    present = in_order(dict.fromkeys(kind for sentence in sentences for kind in sentence.labels))
    return tuple(kind for kind in present if any(_has_values(sentence, kind) for sentence in sentences))


def _has_values(sentence: Sentence, kind: str) -> bool:
    return bool(set(sentence.labels.get(kind, ())) - {NO_LABEL, kind_spec(kind).absent})


@lru_cache(maxsize=1)
def _known(plugins: Registry) -> Mapping[str, LabelSpec]:
    specs = sorted((one.spec for one in plugins.all("labels")), key=lambda spec: (spec.order, spec.name))
    return {spec.name: spec for spec in specs}


@lru_cache(maxsize=1)
def _standard(plugins: Registry) -> tuple[str, ...]:
    return tuple(kind for kind, spec in _known(plugins).items() if spec.always)


@lru_cache(maxsize=1)
def _columns(plugins: Registry) -> Mapping[str, str]:
    return {kind: spec.column for kind, spec in _known(plugins).items() if spec.column and spec.always}


@lru_cache(maxsize=1)
def _names(plugins: Registry) -> Mapping[str, str]:
    """Lower-case name or alias -> kind; a name takes precedence over an alias of another kind."""
    specs = list(_known(plugins).values())
    aliases = {alias.lower(): spec.name for spec in reversed(specs) for alias in spec.aliases}
    return aliases | {spec.name.lower(): spec.name for spec in specs}


@lru_cache(maxsize=1 << 8)
def _ordered(plugins: Registry, kinds: tuple[str, ...]) -> tuple[str, ...]:
    places = {kind: place for place, kind in enumerate(_known(plugins))}
    return tuple(sorted(kinds, key=lambda kind: places.get(kind, len(places))))


@lru_cache(maxsize=1 << 8)
def _plain(kind: str) -> LabelSpec:
    return LabelSpec(kind, above=True)
