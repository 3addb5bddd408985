"""A treebank converted to character labels and back: the labels determine its words and sentences."""

from __future__ import annotations

import numpy as np
import pytest
from segmenters import facts_of, gold_labels
from seqkit_segmenter import SegmenterOptions
from seqkit_segmenter.decode import sentences_of
from seqkit_segmenter.examples import IGNORED, paragraphs_of
from seqkit_segmenter.examples import Paragraph as Labelled
from seqkit_segmenter.multiwords import Multiwords
from seqkit_segmenter.noise import WAYS, one_sentence
from seqkit_segmenter.preparing import has_spaces

from seqkit.data.catalogue import read_sentences
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, SourceLocation
from seqkit.formats.conllu.treebank import parse
from seqkit.text.paragraphs import Paragraph


@pytest.mark.parametrize("name", ["sample-english", "ud-english-ewt", "ud-french-sequoia", "ud-chinese-pud"])
def test_labels_give_back_the_treebank(name, request):
    if name != "sample-english":
        request.getfixturevalue("real_corpora")
    gold = list(read_sentences(name, "dev", RecordErrors()))
    facts = facts_of(gold, SegmenterOptions())
    found = [
        sentence
        for paragraph in paragraphs_of(gold, RecordErrors())
        for sentence in sentences_of(
            Paragraph(paragraph.text, 0, "a", 1, None), gold_labels(paragraph), facts
        )
    ]
    assert len(found) == len(gold)
    tokens = [[token.form for token in sentence.tokens] for sentence in gold]
    assert [[token.form for token in sentence.tokens] for sentence in found] == tokens
    right = sum(one.words == other.words for one, other in zip(gold, found, strict=True))
    assert right >= 0.99 * len(gold)  # few forms are split in two ways


@pytest.mark.parametrize("way", [way for way, _ in WAYS])
def test_labels_move_with_their_characters(way):
    sentences = list(read_sentences("sample-english", "train", RecordErrors()))
    words = sum(len(sentence.words) for sentence in sentences)
    changed = [way(p, np.random.default_rng(1)) for p in paragraphs_of(sentences, RecordErrors())]
    for paragraph in changed:
        assert len(paragraph.text) == len(paragraph.ends_T) == len(paragraph.stops_T)
        white = [letter.isspace() for letter in paragraph.text]
        assert (paragraph.ends_T == IGNORED).tolist() == white
        assert (paragraph.ends_T[paragraph.stops_T] > 0).all()
    if way is one_sentence:
        known = {sentence.text.strip() for sentence in sentences}
        assert all(paragraph.text in known and paragraph.stops_T[-1] for paragraph in changed)
        return
    assert sum(int(p.stops_T.sum()) for p in changed) == len(sentences)
    ends = sum(int((p.ends_T > 0).sum()) for p in changed)
    assert words - len(sentences) <= ends <= words


def block(text: str, *words: str) -> list[str]:
    rows = ["\t".join([str(n), word, *["_"] * 7, "_"]) for n, word in enumerate(words, 1)]
    return [*([f"# text = {text}"] if text else []), *rows]


def test_a_text_that_does_not_match_its_words_is_named_with_its_line():
    sentence = parse(["# sent_id = 1", *block("She stayed", "She", "left")])
    sentence.where = SourceLocation("bank.conllu", 7)
    with pytest.raises(
        SeqkitError, match=r"bank.conllu:8: the text does not match the words from 'stayed' on"
    ):
        list(paragraphs_of([sentence], RecordErrors()))
    problems = RecordErrors(skip=True)
    assert list(paragraphs_of([sentence], problems)) == [] and problems.skipped == 1


def test_the_comment_has_the_white_space_that_the_columns_lack():
    sentence = parse(block("she can't", "she", "ca", "n't"))
    [paragraph] = paragraphs_of([sentence], RecordErrors())
    assert paragraph.text == "she can't"
    assert paragraph.ends_T.tolist() == [0, 0, 1, -1, 0, 1, 0, 0, 1]


def test_multiword_tokens_that_were_never_seen_are_split_by_their_ending():
    table = {"verlo": ("ver", "lo"), "hacerlo": ("hacer", "lo"), "don't": ("do", "n't"), "du": ("de", "le")}
    from seqkit_segmenter.multiwords import _endings

    known = Multiwords(table, _endings(table))
    assert known.split("comprarlo") == ["comprar", "lo"]
    assert known.split("Don't") == ["Do", "n't"]
    assert known.split("DU") == ["DE", "LE"] and known.split("Du") == ["De", "le"]
    assert known.split("xyz") == ["xyz"]
    assert Multiwords.from_json(known.as_json()) == known


def test_whether_a_language_has_spaces_between_words():
    english = list(paragraphs_of(read_sentences("sample-english", "train", RecordErrors()), RecordErrors()))
    chinese = [Labelled("今天天气很好。" * 9, np.ones(63, dtype=np.int64), np.zeros(63, dtype=bool))]
    assert has_spaces(english) and not has_spaces(chinese)
    assert has_spaces([*english, *chinese])
