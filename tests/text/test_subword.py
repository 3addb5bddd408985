"""SentencePiece on words, and the sampler of segmentations."""

from __future__ import annotations

import math
from collections import Counter
from itertools import product
from random import Random

import pytest

from seqkit.data.catalogue import read_sentences
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors
from seqkit.text.sampling import Lattice, Pieces
from seqkit.text.subword import ALGORITHMS, UNKNOWN_PIECE, train_subword, train_subword_on_lines


@pytest.fixture(scope="module")
def sentences():
    return [sentence.words for sentence in read_sentences("sample-english", "train", RecordErrors())]


@pytest.fixture(scope="module", params=ALGORITHMS)
def subword(request, sentences):
    return train_subword(sentences, 150, request.param)


def test_every_word_has_a_piece(subword):
    assert subword.encode(["​", "漢字"])[0] == [UNKNOWN_PIECE]
    assert all(subword.encode(["​", "the", "x" * 9999, "漢字", ""]))


def test_pieces_spell_the_word(subword, sentences):
    for word in {word for words in sentences for word in words}:
        assert "".join(subword.pieces(word)) == "▁" + word


def test_sampled_pieces_spell_the_word_and_vary(subword):
    names = [subword._processor.id_to_piece(piece) for piece in range(len(subword))]
    draws = [subword.sample(["there"], seed)[0] for seed in range(50)]
    assert {"".join(names[piece] for piece in draw) for draw in draws} == {"▁there"}
    assert len(set(map(tuple, draws))) > 3


def test_sampling_depends_on_the_seed_alone(subword):
    words = ["running", "the", "​", "漢字漢", "winters"] * 4
    first = subword.sample(words, 7)
    assert subword.sample(words[:3], 1) != [[]]
    assert subword.sample(words, 7) == first
    assert first[2] == [UNKNOWN_PIECE]


def test_at_a_high_alpha_the_sampler_draws_sentencepieces_best(sentences):
    subword = train_subword(sentences, 150, "unigram")
    words = sorted({word for words in sentences for word in words})
    assert subword.sample(words, 1, alpha=1000.0) == subword.encode(words)


def test_draws_follow_the_probabilities():
    pieces = {
        "a": (1, math.log(0.3)),
        "b": (2, math.log(0.2)),
        "ab": (3, math.log(0.1)),
        "ba": (4, math.log(0.4)),
    }
    weights = {}
    for length in range(1, 5):
        for choice in product(pieces, repeat=length):
            if "".join(choice) == "abab":
                ids = tuple(pieces[piece][0] for piece in choice)
                weights[ids] = math.prod(math.exp(pieces[piece][1]) for piece in choice) ** 0.5
    lattice, random, total = Lattice("abab", Pieces(pieces, 0), 0.5), Random(1), sum(weights.values())
    drawn = Counter(tuple(lattice.draw(random)) for _ in range(20_000))
    assert set(drawn) == set(weights)
    for ids, weight in weights.items():
        assert drawn[ids] / 20_000 == pytest.approx(weight / total, abs=0.01)


def test_small_and_odd_corpora(sentences):
    for algorithm in ALGORITHMS:
        for size in (1, 10, 100_000):
            assert len(train_subword([["the", "cat"]], size, algorithm)) > 1
    with pytest.raises(SeqkitError, match="cannot be trained"):
        train_subword([["​"]], 100)
    with pytest.raises(SeqkitError) as caught:
        train_subword(sentences, 100, "unigrm")
    assert "Did you mean 'unigram'?" in caught.value.fix


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_alphabet_larger_than_the_vocabulary(algorithm):
    characters = [chr(0x4E00 + i) for i in range(3000)]
    words = [[characters[i] + characters[i + 1]] for i in range(0, 3000, 2)]
    subword = train_subword(words, 500, algorithm)
    assert len(subword) >= 3000
    assert UNKNOWN_PIECE not in subword.encode([characters[7]])[0]


def test_a_few_words_are_whole_pieces():
    lines = [f"digit {number} goes {way}" for number in range(10) for way in ("left", "right", "up", "down")]
    subword = train_subword_on_lines(lines, 100, split_digits=True)
    words = {word for line in lines for word in line.split()}
    assert {word for word in words if len(subword.pieces(word)) == 1} == {
        word for word in words if word.isalpha()
    }
    assert [subword.decode(ids) for ids in subword.encode_lines(lines)] == lines


STRANGE = ["Müller", "Łódź", "漢字", "🙂", "a漢b"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_bytes_spell_characters_that_no_line_has(sentences, algorithm):
    lines = [" ".join(words) for words in sentences]
    with_bytes = train_subword_on_lines(lines, 150, algorithm, byte_fallback=True)
    without = train_subword_on_lines(lines, 150, algorithm)
    assert len(with_bytes.bytes) == 256 and without.bytes == ()
    assert abs(len(with_bytes) - len(without)) <= 257, "a corpus keeps its other pieces"
    assert [with_bytes.decode(ids) for ids in with_bytes.encode_lines(STRANGE)] == STRANGE
    assert UNKNOWN_PIECE in without.encode_lines(["漢字"])[0]
    for seed in range(20):
        assert [with_bytes.decode(ids) for ids in with_bytes.sample(STRANGE, seed)] == STRANGE
    assert with_bytes.sample(["<0x41>"], 1, alpha=1000.0) == with_bytes.encode(["<0x41>"])


def test_bytes_that_make_no_character_are_left_out(sentences):
    subword = train_subword_on_lines([" ".join(words) for words in sentences], 150, byte_fallback=True)
    (ids,) = subword.encode_lines(["漢"])
    (the,) = subword.encode_lines(["the"])
    assert subword.decode(ids) == "漢"
    for cut in (ids[:-1], ids[:-2], ids[2:]):
        assert subword.decode([*cut, *the]).strip() == "the"
    assert [subword.piece(number) for number in subword.bytes[64:66]] == ["<0x40>", "<0x41>"]
