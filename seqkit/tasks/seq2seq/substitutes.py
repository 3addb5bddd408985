"""A sentence whose protected parts are replaced by substitutes: what a model copies more surely than the parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from seqkit.text.dates import placed, substitute
from seqkit.text.languages import writes_blanks
from seqkit.text.number_forms import with_ordinal
from seqkit.text.placeholders import KINDS, SYMBOLS, replaced
from seqkit.text.protected import Protected, protected

NUMBERS = ("20", "30", "50", "40", "15", "25", "60", "70", "45", "35", "80", "90")
"""Numbers that models of everyday sentences copy: what replaces a part if the model has no placeholders."""
MOST = 6
"""Protected parts of a sentence that are replaced at once; a sentence with more is cut."""
_OWN = re.compile("|".join(map(re.escape, SYMBOLS)))


class Masked(NamedTuple):
    """A sentence with a substitute for each of its protected parts."""

    text: str
    substitutes: tuple[str, ...]
    written: tuple[str, ...]
    """The part that each substitute stands for, as the target language writes it."""

    def missing(self, output: str) -> list[str]:
        """Substitutes that do not occur exactly once in an output."""
        return [one for one in self.substitutes if len(_pattern(one).findall(output)) != 1]

    def faults(self, output: str) -> int:
        """Substitutes that are missing or repeated, and other numbers, which stand for nothing."""
        left = output
        for one in self.substitutes:
            left = _pattern(one).sub(" ", left, count=1)
        return len(self.missing(output)) + len(protected(left))

    def restored(self, output: str, language: str) -> str:
        """The output with the parts in place of the first of each substitute; repeated ones are removed."""
        slots: dict[str, str] = {}
        for one, part in zip(self.substitutes, self.written, strict=True):
            # A part may contain another substitute: none is replaced before all have been found.
            slot = f"\ue000{len(slots)}\ue001"
            slots[slot] = part
            output = _pattern(one).sub(slot, output, count=1)
            output = _pattern(one).sub("", output)
        output = found = " ".join(_OWN.sub("", self._without_mangled(output)).split())
        for slot, part in slots.items():
            before, present, after = output.partition(slot)
            if present:
                before, part, after = placed(before, part, after, language)
            output = before + present + after
            output = with_ordinal(_apart(output, slot, part, writes_blanks(language)), slot, part, language)
        lost = [part for slot, part in slots.items() if slot not in found]
        return " ".join([output, *lost]) if lost else output

    def _without_mangled(self, output: str) -> str:
        """The output without numbers that contain a substitute, such as 600 of 60."""
        mangled = [
            part
            for part in protected(output)
            if any(one in part.text for one in self.substitutes if one.isdigit())
        ]
        return replaced(output, [(part, "") for part in mangled])


def _apart(output: str, slot: str, part: str, blanks: bool) -> str:
    """The output with a hyphen or space between the part and letters, and with no sign twice; 5jährig remains."""
    if part[-1:] and not part[-1].isalnum():  # the model may have written the sign, too
        output = re.sub(rf"{slot}[ \u00a0]?{re.escape(part[-1])}", slot, output)
    if part[-1:].isalpha():
        output = re.sub(rf"{slot}(?=[^\W\d_])(?!(?:st|nd|rd|th)\b)", f"{slot}-", output)
    if blanks and part[-1:].isdigit():
        output = re.sub(rf"{slot}(?=[A-ZÄÖÜ])", f"{slot} ", output)
    sign = "-" if part[:1].isalpha() else " " if blanks and part[:1].isdigit() else ""
    return re.sub(rf"(?<=[^\W\d_]){slot}", f"{sign}{slot}", output)


def _pattern(substitute: str) -> re.Pattern[str]:
    if substitute.isdigit():
        return re.compile(rf"(?<![\d.,])(?<!\d[:/-]){substitute}(?!\d|[.,:/]\d)")
    return re.compile(re.escape(substitute))


def masked(
    text: str,
    parts: Sequence[Protected],
    sides: tuple[str, str],
    placeholders: Sequence[str],
    variant: int = 0,
) -> Masked:
    """Replace the protected parts of a sentence.

    Args: parts, the protected ones; placeholders, those of the model; variant, chooses other substitutes.
    """
    substitutes = _symbols(parts, placeholders) if placeholders else _numbers(parts, text, variant)
    written = tuple(part.written(*sides) for part in parts)
    put = [
        (part, substitute(text[: part.start], part.text, symbol, sides[0]))
        for part, symbol in zip(parts, substitutes, strict=True)
    ]
    new = replaced(text, put)
    return Masked(new, tuple(substitutes), written)


def _symbols(parts: Sequence[Protected], placeholders: Sequence[str]) -> list[str]:
    """The model's placeholder of its kind for each part, in order; of another kind if these do not suffice."""
    left = list(placeholders)
    chosen = []
    for part in parts:
        own = [symbol for symbol in KINDS.get(part.kind, ()) if symbol in left] or left
        chosen.append(own[0])
        left.remove(own[0])
    return chosen


def _numbers(parts: Sequence[Protected], text: str, variant: int) -> list[str]:
    """A number for each part that does not occur in the text."""
    free = [number for number in NUMBERS if number not in text] or list(NUMBERS)
    start = variant * len(parts)
    return [free[(start + place) % len(free)] for place in range(len(parts))]
