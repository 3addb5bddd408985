"""Options left at 0 adapt to the corpus; what a user chose stays."""

from __future__ import annotations

from seqkit.examples import Sentence
from seqkit.tasks.tagging.auto_options import with_auto_options
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request


def corpus(words: int) -> list[Sentence]:
    return [Sentence([f"w{start + i}" for i in range(10)]) for start in range(0, words, 10)]


def sizes(words: int, **settings) -> tuple[int, int, int]:
    request = with_auto_options(make_request(arguments_of({"model": "lstm"}, [], settings)), corpus(words))
    return request.training.batch_words, request.training.epochs, request.model.vocab_size


def test_small_corpora_get_small_batches_and_more_passes():
    assert sizes(100) == (100, 200, 100)
    assert sizes(4_000)[:2] == (100, 82)
    assert sizes(20_000) == (250, 41, 4000)
    assert sizes(200_000)[:2] == (1000, 24)
    assert sizes(2_000_000)[:2] == (1000, 24)


def test_what_was_chosen_stays():
    assert sizes(20_000, batch_words=64, epochs=3, vocab_size=77) == (64, 3, 77)
