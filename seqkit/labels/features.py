"""Universal features: the view of FEATS that the CoNLL 2018 shared task scored."""

from __future__ import annotations

# fmt: off
UNIVERSAL_FEATURES = frozenset((
    "PronType", "NumType", "Poss", "Reflex", "Foreign", "Abbr", "Gender", "Animacy", "Number", "Case",
    "Definite", "Degree", "VerbForm", "Mood", "Tense", "Aspect", "Voice", "Evident", "Polarity", "Person", "Polite",
))
# fmt: on
"""The features that the CoNLL 2018 shared task scored; it ignored other features of treebanks."""


def universal(feats: str) -> str:
    """Return the universal features of a FEATS value, sorted."""
    return "|".join(sorted(feat for feat in feats.split("|") if feat.split("=", 1)[0] in UNIVERSAL_FEATURES))
