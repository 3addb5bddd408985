"""Placeholders: symbols of a vocabulary that replace protected parts, and which a model learns to copy.

In training they replace the parts on which both sides agree in a `SHARE` of the pairs, so that a model also learns from
the parts themselves. The symbol for each part is drawn at random, so that all symbols occur equally often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from seqkit.examples import Pair
from seqkit.text.dates import has_dates
from seqkit.text.protected import LITERAL, MARKUP, NUMBER, Protected, protected

OF_NUMBERS = tuple(f"⟦{number}⟧" for number in range(6))
OF_LITERALS = tuple(f"⟦{letter}⟧" for letter in "abcd")
SYMBOLS = OF_NUMBERS + OF_LITERALS
KINDS: Mapping[str, Sequence[str]] = {NUMBER: OF_NUMBERS, LITERAL: OF_LITERALS}
SHARE = 0.8
"""Share of the pairs with protected parts whose parts are replaced."""
WORDS = 0.1
"""Share of the other pairs in which a word that occurs on both sides is replaced as if it were a literal."""
LONGEST_WORD = 30


def replaced(text: str, parts: Sequence[tuple[Protected, str]]) -> str:
    """Replace parts of a text. Args: parts, in order, each with its new text."""
    pieces, end = [], 0
    for part, new in parts:
        pieces += [text[end : part.start], new]
        end = part.end
    return "".join([*pieces, text[end:]])


def with_placeholders(pairs: Sequence[Pair], sides: tuple[str, str], seed: int) -> list[Pair]:
    """Insert placeholders into a share of the pairs. Args: sides, languages of source and target."""
    random = Random(seed)
    return [_drawn(pair, sides, random) for pair in pairs]


def _drawn(pair: Pair, sides: tuple[str, str], random: Random) -> Pair:
    if pair.texts is None:
        return pair
    source, target = pair.texts
    agreed = agreeing(source, target, sides)
    if agreed and random.random() < SHARE:
        symbols = _symbols([part for part, _ in agreed], random)
        return _put(pair, source, target, list(zip(agreed, symbols, strict=True)))
    word = _shared_word(source, target, random) if not agreed and random.random() < WORDS else None
    return pair if word is None else _put(pair, source, target, [(word, random.choice(OF_LITERALS))])


def agreeing(source: str, target: str, sides: tuple[str, str]) -> list[tuple[Protected, Protected]]:
    """Protected parts that occur once on each side, with the same value and kind, in the order of the source."""
    in_source, in_target = (
        _once([part for part in protected(text, has_dates(sides)) if part.kind != MARKUP], side)
        for text, side in zip((source, target), sides, strict=True)
    )
    found = [(part, in_target[value]) for value, part in in_source.items() if value in in_target]
    return [(one, two) for one, two in found if one.kind == two.kind]


def _once(parts: Sequence[Protected], side: str) -> dict[str, Protected]:
    values = [part.value(side) for part in parts]
    return {value: part for value, part in zip(values, parts, strict=True) if values.count(value) == 1}


def _symbols(parts: Sequence[Protected], random: Random) -> list[str]:
    """A symbol for each part, all different; "" for parts beyond the number of symbols."""
    left = {kind: random.sample(symbols, len(symbols)) for kind, symbols in KINDS.items()}
    return [left[part.kind].pop() if left[part.kind] else "" for part in parts]


def _shared_word(source: str, target: str, random: Random) -> tuple[Protected, Protected] | None:
    """A word of at least three letters that occurs once on each side, with its positions."""
    sides = []
    for text in (source, target):
        words = [word.strip(".,!?;:\"'„“”»«()") for word in text.split()]
        sides.append({word for word in words if word.isalpha() and text.count(word) == 1})
    shared = sorted(word for word in sides[0] & sides[1] if 2 < len(word) <= LONGEST_WORD)
    if not shared:
        return None
    word = random.choice(shared)
    one, two = (
        Protected(at, at + len(word), LITERAL, word) for at in (source.index(word), target.index(word))
    )
    return one, two


def _put(
    pair: Pair, source: str, target: str, chosen: Sequence[tuple[tuple[Protected, Protected], str]]
) -> Pair:
    named = [(one, two, symbol) for (one, two), symbol in chosen if symbol]
    text = replaced(source, [(one, symbol) for one, _, symbol in named])
    in_target = sorted(((two, symbol) for _, two, symbol in named), key=lambda placed: placed[0].start)
    return pair.with_texts(text, replaced(target, in_target))
