"""Lemmas of known words follow the training split, those of others the endings of words."""

import math

import pytest

from seqkit.models.suffixes import SuffixCodes
from seqkit.models.word_codes import WordCodes

CODES = ["keep", "drop s", "see"]
ROWS = [
    ("saw", "NN", "keep"),
    ("saw", "VBD", "see"),
    ("dogs", "NNS", "drop s"),
    ("cats", "NNS", "drop s"),
    ("Cats", "NNP", "keep"),
    ("ice", "NN", "unheard of"),
]


def test_codes_of_a_word_depend_on_the_other_label():
    codes = WordCodes.gather(ROWS, CODES, "xpos")
    assert (codes.allowed("saw", "NN"), codes.allowed("saw", "VBD")) == ([0], [2])
    assert codes.allowed("DOGS", "NNS") == [1]
    assert list(codes.allowed("saw", "JJ")) == list(codes.allowed("ice", "NN")) == []


def test_they_come_back_from_json():
    codes = WordCodes.gather(ROWS, CODES, "xpos")
    held = codes.as_json(CODES)
    assert held["words"]["NNS"] == {"drop s": ["dogs", "cats"]}
    assert WordCodes.from_json(held, CODES) == codes
    with pytest.raises(KeyError):
        WordCodes.from_json(held, CODES[:1])


def test_probabilities_by_ending_are_those_of_successive_abstraction():
    """Two words in "s": P_0 = (2 Q + 1e-4) / 3, P_1 = (2 Q + P_0) / 3, and no longer ending is known."""
    endings = SuffixCodes([("dogs", [1]), ("cats", [1])])
    p_0 = (2 + 1e-4) / 3
    assert endings.log_probabilities("trees", 3)[1] == pytest.approx(math.log((2 + p_0) / 3))
    assert endings.log_probabilities("trees", 3)[0] == pytest.approx(math.log(1e-4 / 9))
    assert endings.log_probabilities("Trees", 3) == pytest.approx([math.log(1e-4)] * 3)


def test_digits_are_alike():
    endings = SuffixCodes([("1,100", [1])])
    assert endings.log_probabilities("2,345", 2).argmax() == 1
