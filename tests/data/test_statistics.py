"""Statistics of a corpus, compared with counts by another parser and another segmentation."""

from collections import defaultdict

import conllu
import pytest

from seqkit.data.catalogue import corpus_files
from seqkit.data.statistics import Counts, describe, measure
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, Sentence
from seqkit.text.subword import train_subword

SPLITS = ("train", "dev", "test")


@pytest.fixture(scope="module")
def parsed():
    """Split -> sentences -> words (of integer id) of sample-english, read by the package `conllu`."""
    sentences = {
        split: [
            text for path in corpus_files("sample-english", split) for text in conllu.parse(path.read_text())
        ]
        for split in SPLITS
    }
    return {
        split: [[token for token in sentence if isinstance(token["id"], int)] for sentence in read]
        for split, read in sentences.items()
    }


@pytest.fixture(scope="module")
def figures():
    return measure("sample-english", RecordErrors(), 200, "bpe")


@pytest.mark.parametrize("split", SPLITS)
def test_counts_equal_another_parsers(figures, parsed, split):
    forms = [token["form"] for sentence in parsed[split] for token in sentence]
    known = {token["form"] for sentence in parsed["train"] for token in sentence}
    assert figures[split].sentences == len(parsed[split])
    assert figures[split].words == len(forms)
    assert figures[split].distinct_words == len(set(forms))
    assert figures[split].words_per_sentence == pytest.approx(len(forms) / len(parsed[split]))
    assert figures[split].unknown_words == sum(form not in known for form in forms)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("kind", ["upos", "xpos"])
def test_labels_equal_another_parsers(figures, parsed, split, kind):
    labels = [token[kind] for sentence in parsed[split] for token in sentence]
    assert figures[split].labels[kind] == len(set(labels))
    assert figures[split].labelled_words[kind] == len(labels)
    by_form = defaultdict(set)
    for sentence in parsed["train"]:
        for token in sentence:
            by_form[token["form"]].add(token[kind])
    forms = [token["form"] for sentence in parsed[split] for token in sentence]
    assert figures[split].ambiguous_words[kind] == sum(len(by_form[form]) > 1 for form in forms)


@pytest.mark.parametrize("split", SPLITS)
def test_pieces_equal_those_of_whole_lines(figures, parsed, split):
    """SentencePiece itself cuts at blanks, so whole sentences give the same pieces as single words."""
    lines = [[token["form"] for token in sentence] for sentence in parsed[split]]
    train = [[token["form"] for token in sentence] for sentence in parsed["train"]]
    subword = train_subword(train, 200, "bpe")
    pieces = sum(len(subword.pieces(" ".join(line))) for line in lines)
    assert figures[split].pieces_per_word == pytest.approx(pieces / figures[split].words)


def test_training_is_covered_and_a_strange_script_is_not():
    train = Counts.of([Sentence(["duck", "duck", "pond"])])
    other = Counts.of([Sentence(["duck", "утка"])])
    subword = train_subword([["duck", "duck", "pond"]], 50)
    assert describe(train, train, subword).coverage == 1
    assert describe(other, train, subword).coverage == 0.5
    assert describe(other, train, subword).unknown_words == 1


def test_words_without_a_tag_are_not_labelled_but_no_features_is_a_label():
    counts = Counts.of([Sentence(["a", "b"], {"upos": ["X", "_"], "feats": ["_", "Case=Nom"]})])
    row = describe(counts, counts, None)
    assert row.labels == {"upos": 1, "feats": 2}
    assert row.labelled_words == {"upos": 1, "feats": 2}
    assert row.pieces_per_word is None


def test_a_file_is_its_own_training_split():
    (path,) = corpus_files("sample-english", "dev")
    row = measure(str(path), RecordErrors(), 0, "unigram")
    assert list(row) == ["file"]
    assert row["file"].unknown_words == 0
    assert row["file"].coverage is None


def test_an_empty_file(tmp_path):
    (tmp_path / "empty.tsv").write_text("\n\n")
    row = measure(str(tmp_path / "empty.tsv"), RecordErrors(), 100, "unigram")["file"]
    assert (row.sentences, row.words, row.words_per_sentence, row.coverage) == (0, 0, 0, None)


def test_running_text_has_no_words(tmp_path):
    (tmp_path / "novel.txt").write_text("It was a dark and stormy night.")
    with pytest.raises(SeqkitError, match="not split into words"):
        measure(str(tmp_path / "novel.txt"), RecordErrors(), 100, "unigram")
