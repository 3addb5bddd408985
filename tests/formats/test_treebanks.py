"""Real treebanks, against the `conllu` package, the treebanks' own text, and the bytes of the files."""

import conllu as oracle
import pytest
from made_sentences import round_trip, written

from seqkit.examples import RecordErrors
from seqkit.formats import jsonl, tsv
from seqkit.formats.conllu import treebank as conllu
from seqkit.formats.spacy import docbin

HELD_OUT = [
    "ud-english-ewt/en_ewt-ud-dev.conllu",
    "ud-english-ewt/en_ewt-ud-test.conllu",
    "ud-french-sequoia/fr_sequoia-ud-dev.conllu",
    "ud-french-sequoia/fr_sequoia-ud-test.conllu",
]
TRAIN = ["ud-english-ewt/en_ewt-ud-train.conllu", "ud-french-sequoia/fr_sequoia-ud-train.conllu"]
WORDS = {"en_ewt-ud-train": 204_577, "en_ewt-ud-dev": 25_147, "en_ewt-ud-test": 25_094}
"""As the treebank's README counts them."""


@pytest.fixture(params=[*HELD_OUT, *(pytest.param(name, marks=pytest.mark.slow) for name in TRAIN)])
def treebank(request, real_corpora):
    return real_corpora / request.param


@pytest.fixture
def sentences(treebank):
    return list(conllu.read(treebank, RecordErrors()))


def test_every_word_and_label_is_as_the_conllu_package_has_it(treebank, sentences):
    as_it_stands = {"feats": lambda line, at: line[at], "xpos": lambda line, at: line[at]}
    blocks = oracle.parse(treebank.read_text(encoding="utf-8"), field_parsers=as_it_stands)
    assert len(blocks) == len(sentences)
    for block, sentence in zip(blocks, sentences, strict=True):
        tokens = [token for token in block if isinstance(token["id"], int)]
        assert sentence.words == [token["form"] for token in tokens]
        for kind, values in sentence.labels.items():
            assert values == [token[kind] for token in tokens]
        ranges = [token for token in block if isinstance(token["id"], tuple) and token["id"][1] == "-"]
        assert [(t.first + 1, t.last + 1, t.form) for t in sentence.multiwords] == [
            (token["id"][0], token["id"][2], token["form"]) for token in ranges
        ]
    if treebank.stem in WORDS:
        assert sum(len(sentence.words) for sentence in sentences) == WORDS[treebank.stem]


def test_words_and_white_space_give_the_text(sentences):
    for sentence in sentences:
        [text] = [line for line in sentence.lines if line.startswith("# text = ")]
        assert sentence.text.rstrip(" ") == text.removeprefix("# text = "), sentence.where


def test_the_file_comes_back_byte_for_byte(treebank, sentences):
    assert written(conllu, sentences) == treebank.read_bytes()


def test_through_spacy_the_file_comes_back_byte_for_byte(treebank, sentences):
    again = round_trip(docbin, sentences)
    assert written(conllu, again) == treebank.read_bytes()
    for one, other in zip(sentences, again, strict=True):
        one.where = None
        assert one == other


@pytest.mark.parametrize("format", [jsonl, tsv], ids=["jsonl", "tsv"])
def test_conversion_through_other_formats_loses_nothing_that_they_store(format, sentences):
    for one, other in zip(sentences, round_trip(format, sentences), strict=True):
        assert (one.words, one.labels) == (other.words, other.labels)
        if format is jsonl:
            assert (one.spaces, one.multiwords, one.text) == (other.spaces, other.multiwords, other.text)


def test_spacy_reads_the_same_words_and_labels(treebank, sentences, tmp_path):
    import spacy
    from spacy.tokens import DocBin

    path = tmp_path / "x.spacy"
    path.write_bytes(written(docbin, sentences))
    docs = list(DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab))
    for doc, sentence in zip(docs, sentences, strict=True):
        assert [token.text for token in doc] == sentence.words
        assert [token.pos_ for token in doc] == sentence.labels["upos"]
        assert [token.tag_ or "_" for token in doc] == sentence.labels["xpos"]
        feats = [set(value.split("|")) - {"_"} for value in sentence.labels["feats"]]
        assert [set(token.morph) for token in doc] == [spread(values) for values in feats]
        assert len(list(doc.sents)) == 1


def spread(feats):
    """Number=Plur,Sing as spaCy lists it: Number=Plur and Number=Sing."""
    return {
        f"{name}={value}"
        for feat in feats
        for name, values in [feat.split("=")]
        for value in values.split(",")
    }
