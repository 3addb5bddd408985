"""seqkit's segmenters in spaCy: a tokenizer for words and sentences, a component for sentence starts."""

from __future__ import annotations

import pickle

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

import seqkit
from seqkit.errors import SeqkitError
from seqkit.examples import Multiword, Sentence
from seqkit.spacy_pipes.segmenter import SeqkitTokenizer, _tokens

TEXT = "  She left Berlin, as Mr. Smith said. \n\n He stays.  Don't go!\n"
BLOCK = {"@tokenizers": "seqkit_segmenter", "model": "en-tagger"}


@pytest.fixture(scope="module")
def nlp():
    return spacy.blank("en", config={"nlp": {"tokenizer": BLOCK}})


def test_words_and_sentences_are_those_of_the_segmenter(nlp):
    doc = nlp(TEXT)
    sentences = seqkit.load("en-tagger").tag(TEXT)
    assert doc.text == TEXT
    assert [[t.text for t in s if not t.is_space] for s in doc.sents] == [one.words for one in sentences]
    assert "n't" in [token.text for token in doc]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab .!'\n\t\u00a0\u3000中é"), max_size=40))
def test_the_text_of_a_doc_is_the_text(nlp, text):
    doc = nlp(text)
    assert doc.text == text
    assert not text.strip() or next(iter(doc.sents))[0].i == 0


def test_pipe_equals_single_calls(nlp):
    texts = [TEXT, "", " ", "He stays."] * 3
    for doc, text in zip(nlp.tokenizer.pipe(texts, batch_size=5), texts, strict=True):
        assert doc.text == text
        assert [(t.text, t.is_sent_start) for t in doc] == [(t.text, t.is_sent_start) for t in nlp(text)]


def test_a_written_token_that_is_no_row_of_words_stays_whole():
    sentence = Sentence(
        ["Il", "parle", "de", "le", "film"], {}, [" ", " ", "", " ", ""], [Multiword(2, 3, "du")]
    )
    assert [token.form for token in _tokens([sentence])] == ["Il", "parle", "du", "film"]
    sentence = Sentence(["do", "n't", "go"], {}, ["", " ", ""], [Multiword(0, 1, "don't")])
    assert [(token.form, token.space) for token in _tokens([sentence])] == [
        ("do", False),
        ("n't", True),
        ("go", False),
    ]


def test_the_tokenizer_is_stored_with_the_pipeline(nlp, tmp_path):
    nlp.to_disk(tmp_path / "a")
    assert (tmp_path / "a" / "tokenizer" / "model" / "MANIFEST.json").is_file()
    again = spacy.load(tmp_path / "a")
    assert isinstance(again.tokenizer, SeqkitTokenizer)
    assert [token.text for token in again(TEXT)] == [token.text for token in nlp(TEXT)]
    assert pickle.loads(pickle.dumps(again.tokenizer))("She left.").text == "She left."


def test_the_component_keeps_tokens_and_sets_sentence_starts():
    nlp = spacy.blank("en")
    words = [token.text for token in nlp(TEXT)]
    nlp.add_pipe("seqkit_segmenter", config={"model": "en-tagger"})
    for doc in (nlp(TEXT), *nlp.pipe([TEXT, "", TEXT])):
        if doc.text:
            assert [token.text for token in doc] == words
            assert [sent.text.split()[0] for sent in doc.sents] == ["She", "He", "Don't"]


def test_a_document_whose_sentences_are_fixed_costs_no_other():
    nlp = spacy.blank("en")
    nlp.add_pipe("seqkit_segmenter", config={"model": "en-tagger"})
    parsed = spacy.tokens.Doc(nlp.vocab, ["She", "left"], heads=[1, 1], deps=["nsubj", "ROOT"])
    with pytest.warns(UserWarning, match="a Doc keeps its sentences"):
        docs = list(nlp.pipe([parsed, nlp.make_doc("He stays. It rains.")]))
    assert [len(list(doc.sents)) for doc in docs] == [1, 2]


def test_a_model_that_does_not_split_text_is_refused():
    nlp = spacy.blank("en")
    nlp.add_pipe("seqkit_segmenter", config={"model": "de-en"})
    with pytest.raises(SeqkitError, match="does not split text"):
        nlp("a")
