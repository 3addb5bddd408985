"""Universal features: the view of FEATS that the CoNLL 2018 shared task scored."""

from __future__ import annotations

# fmt: off
UNIVERSAL_FEATURES = frozenset((
    "PronType", "NumType", "Poss", "Reflex", "Foreign", "Abbr", "Gender", "Animacy", "Number", "Case",
    "Definite", "Degree", "VerbForm", "Mood", "Tense", "Aspect", "Voice", "Evident", "Polarity", "Person", "Polite",
))
# fmt: on
"""The features that the CoNLL 2018 shared task scored; others, which treebanks add, were ignored."""


def universal(feats: str) -> str:
    """The universal features of a FEATS value, in order."""
    return "|".join(sorted(feat for feat in feats.split("|") if feat.split("=", 1)[0] in UNIVERSAL_FEATURES))
