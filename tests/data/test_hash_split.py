"""Splits by a hash: the rule as the manifest tells it, and what it is for."""

import hashlib
from collections import Counter

import pytest

from seqkit.data.hash_split import normalised, split_of
from seqkit.data.pairs import read_pairs
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors
from seqkit.extend.specs import Division

RULE = Division("en", {"dev": 10, "test": 10})


def test_the_rule_is_sha256_modulo_1000():
    for number in range(3000):
        text = f"Sentence, {number}!"
        remainder = int(hashlib.sha256(f"sentence{number}".encode()).hexdigest(), 16) % 1000
        expected = "dev" if remainder < 10 else "test" if remainder < 20 else "train"
        assert split_of(text, RULE) == expected


def test_case_blanks_and_punctuation_do_not_count():
    assert normalised("Don't  RUN!") == normalised("don’t run.") == "dontrun"
    assert normalised("ＡＢＣ１") == "abc1" and normalised("走れ。") == "走れ"


def test_shares_are_close_to_the_requested_ones():
    counts = Counter(split_of(str(number), RULE) for number in range(20_000))
    assert counts["dev"] == pytest.approx(200, abs=60) and counts["test"] == pytest.approx(200, abs=60)


@pytest.mark.parametrize(
    "rule", [Division("en", {"dev": 10}, "md5"), Division("en", {"dev": 1000}), Division("en", {})]
)
def test_invalid_rules_are_refused(rule):
    with pytest.raises(SeqkitError, match="invalid rule or shares"):
        split_of("a", rule)


def test_no_english_sentence_of_tatoeba_is_in_two_splits(real_corpora):
    english = []
    pairs = 0
    for split in ("train", "dev", "test"):
        read = list(read_pairs("tatoeba-deu-eng", split, "de", "en", RecordErrors()))
        pairs += len(read)
        # Stricter than case and punctuation, and another rule than the one under test.
        english.append({"".join(c for c in pair.target.lower() if c.isalnum()) for pair in read})
    train, dev, test = english
    assert pairs == 169_813
    assert not (train & dev or train & test or dev & test)
    assert 1300 < len(dev) < 1700 and 1300 < len(test) < 1700
