"""Which split a text belongs to, by a hash of the text alone: the same everywhere, whatever else a file holds."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from seqkit.errors import SeqkitError
from seqkit.extend.specs import Division

PARTS = 1000
NO_LETTER = re.compile(r"[\W_]+")


def split_of(text: str, division: Division) -> str:
    """The split of a text: sha256 of its letters and digits, as a number, modulo 1,000.

    The remainders from 0 on go to the first split of `shares`, the next ones to the second; what is left is
    train. Texts that differ only in case, blanks, punctuation or form (NFKC) fall into the same split.
    Raises SeqkitError for a rule or shares that mean nothing.
    """
    if division.rule != "sha256" or not 0 < sum(division.shares.values()) < PARTS:
        raise SeqkitError(
            f"division by {division.rule}, {dict(division.shares)}: cannot be done",
            "The rule is sha256, the shares are parts of 1,000.",
        )
    remainder = int.from_bytes(hashlib.sha256(normalised(text).encode()).digest()) % PARTS
    for split, share in division.shares.items():
        if remainder < share:
            return split
        remainder -= share
    return "train"


def normalised(text: str) -> str:
    """The letters and digits of a text, without case (NFKC, case-folded)."""
    return NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())
