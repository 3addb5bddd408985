"""Assign texts to splits by a hash of the text, independently of machine, file and order."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from seqkit.errors import SeqkitError
from seqkit.extend.specs import Division

PARTS = 1000
NO_LETTER = re.compile(r"[\W_]+")


def split_of(text: str, division: Division) -> str:
    """Return the split of a text, by the sha256 of its letters and digits, as a number, modulo 1,000.

    The lowest remainders go to the first split of `shares`, the next ones to the second; the rest is train. Texts that
    differ only in case, white space, punctuation or NFKC form are in the same split. Raises SeqkitError for an unknown
    rule, and for invalid shares.
    """
    if division.rule != "sha256" or not 0 < sum(division.shares.values()) < PARTS:
        raise SeqkitError(
            f"division by {division.rule}, {dict(division.shares)}: invalid rule or shares",
            "The rule must be sha256; the shares are parts of 1,000 and sum to less.",
        )
    remainder = int.from_bytes(hashlib.sha256(normalised(text).encode()).digest()) % PARTS
    for split, share in division.shares.items():
        if remainder < share:
            return split
        remainder -= share
    return "train"


def normalised(text: str) -> str:
    """Return the letters and digits of a text in NFKC, case-folded."""
    return NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())
