"""Reading and writing well-formed CoNLL-U."""

import gc
import io
import tracemalloc

import pytest
from hypothesis import given
from made_sentences import round_trip, sentences, written
from udtools import Validator

from seqkit.errors import SeqkitError
from seqkit.examples import NO_LABEL, Multiword, RecordErrors, Sentence
from seqkit.formats.conllu import treebank as conllu
from seqkit.formats.conllu.treebank import read
from seqkit.io import block_reader as blocks

# By hand, from https://universaldependencies.org/format.html: ranges, an empty node, all kinds of white space.
BLOCK = """\
# newdoc id = letters/1
# sent_id = 1
# text = vámonos al  mar, Sue likes coffee
0.1\t_\t_\t_\t_\t_\t_\t_\t_\t_
1-2\tvámonos\t_\t_\t_\t_\t_\t_\t_\tSpacesBefore=\\n
1\tvamos\tir\tVERB\tV\tMood=Imp|Number=Plur\t0\troot\t0:root\tSpaceAfter=No
2\tnos\tnosotros\tPRON\t_\tCase=Acc\t1\tobj\t1:obj\t_
3-4\tal\t_\t_\t_\t_\t_\t_\t_\tSpacesAfter=\\s\\s
3\ta\ta\tADP\t_\t_\t5\tcase\t5:case\t_
4\tel\tel\tDET\t_\t_\t5\tdet\t5:det\t_
5\tmar\tmar\tNOUN\t_\t_\t1\tobl\t1:obl\tGloss=sea|SpaceAfter=No
6\t,\t,\tPUNCT\t_\t_\t1\tpunct\t1:punct\t_
7\tSue\tSue\tPROPN\t_\t_\t8\tnsubj\t8:nsubj\t_
8\tlikes\tlike\tVERB\t_\t_\t1\tparataxis\t1:parataxis\t_
8.1\tlikes\tlike\tVERB\t_\t_\t_\t_\t1:conj\t_
9\t20 000\t20 000\tNUM\t_\t_\t8\tobj\t8:obj\tSpacesAfter=\\u00A0\\p\\t|Note=a b

"""


def read_text(write_file, text):
    return list(read(write_file("x.conllu", text), RecordErrors()))


def test_a_block_with_everything(write_file):
    [sentence] = read_text(write_file, BLOCK)
    assert sentence.words == ["vamos", "nos", "a", "el", "mar", ",", "Sue", "likes", "20 000"]
    assert sentence.labels["upos"] == ["VERB", "PRON", "ADP", "DET", "NOUN", "PUNCT", "PROPN", "VERB", "NUM"]
    assert sentence.labels["xpos"] == ["V"] + ["_"] * 8
    assert sentence.labels["feats"] == ["Mood=Imp|Number=Plur", "Case=Acc"] + ["_"] * 7
    assert sentence.multiwords == [Multiword(0, 1, "vámonos"), Multiword(2, 3, "al")]
    assert sentence.before == "\n"
    # \p is a bar, so this value is no white space and says nothing.
    assert sentence.spaces == ["", " ", "", "  ", "", " ", " ", " ", " "]
    assert sentence.document == "letters/1"
    assert sentence.where.line == 1
    assert sentence.text == "\nvámonos al  mar, Sue likes 20 000 "


@pytest.mark.parametrize(
    ("misc", "space"),
    [
        ("_", " "),
        ("SpaceAfter=Yes", " "),
        ("Gloss=x|SpaceAfter=No", ""),
        ("MySpaceAfter=No", " "),
        (r"SpacesAfter=\s\n\t\r", " \n\t\r"),
        (r"SpacesAfter=\u00A0\s", "\u00a0 "),
        (r"SpaceAfter=No|SpacesAfter=\n", "\n"),
        (r"SpacesAfter=\q", " "),
    ],
)
def test_white_space_after_a_word(write_file, misc, space):
    [sentence] = read_text(write_file, "\t".join(["1", "a", *["_"] * 7, misc]) + "\n\n")
    assert sentence.spaces == [space]


@pytest.mark.parametrize(
    ("comment", "document"),
    [
        ("# newdoc id = a b", "a b"),
        ("# newdoc", ""),
        ("#newdoc id=x", "x"),
        ("# newdocument", None),
        ("# newpar", None),
    ],
)
def test_documents(write_file, comment, document):
    text = comment + "\n" + "\t".join(["1", "a", *["_"] * 8]) + "\n\n"
    assert read_text(write_file, text)[0].document == document


def test_a_block_is_written_back_byte_for_byte(write_file):
    assert written(conllu, read_text(write_file, BLOCK)) == BLOCK.encode()


def test_only_the_labels_given_change(write_file):
    [sentence] = read_text(write_file, BLOCK)
    sentence.labels = {"upos": [f"U{i}" for i in range(9)], "feats": [""] * 9}
    expected = [line.split("\t") for line in BLOCK.split("\n")]
    for index, cells in enumerate(cells for cells in expected if cells[0].isdecimal()):
        cells[3], cells[5] = f"U{index}", "_"
    assert written(conllu, [sentence]).decode() == "\n".join("\t".join(cells) for cells in expected)


def test_a_fresh_block():
    sentence = Sentence(
        ["I", "do", "go", "no", "w"],
        {"upos": ["PRON", "AUX", "VERB", "ADV", "X"]},
        spaces=["  ", " ", "\t", "", ""],
        multiwords=[Multiword(3, 4, "now")],
        before="\n",
        document="novel.txt",
        silver="en_tiny 1.2",
    )
    assert written(conllu, [sentence]).decode() == (
        "# newdoc id = novel.txt\n"
        "# sent_id = 1\n"
        "# text = I  do go now\n"
        "# labels = silver: en_tiny 1.2\n"
        "1\tI\t_\tPRON\t_\t_\t_\t_\t_\tSpacesAfter=\\s\\s|SpacesBefore=\\n\n"
        "2\tdo\t_\tAUX\t_\t_\t_\t_\t_\t_\n"
        "3\tgo\t_\tVERB\t_\t_\t_\t_\t_\tSpacesAfter=\\t\n"
        "4-5\tnow\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n"
        "4\tno\t_\tADV\t_\t_\t_\t_\t_\t_\n"
        "5\tw\t_\tX\t_\t_\t_\t_\t_\t_\n"
        "\n"
    )


@given(sentences(breaks="\t\n\r"))
def test_a_fresh_block_reads_back_as_the_same_sentence(sentence):
    [again] = round_trip(conllu, [sentence])
    count = len(sentence.words)
    assert again.words == sentence.words
    assert again.labels == {
        kind: sentence.labels.get(kind, [NO_LABEL] * count) for kind in ("upos", "xpos", "feats")
    }
    assert again.spaces == (sentence.spaces or [" "] * count)
    assert (again.before, again.multiwords) == (sentence.before, sentence.multiwords)
    assert (again.document, again.silver) == (sentence.document, sentence.silver)


@given(sentences())
def test_a_fresh_block_reads_back_with_as_many_words(sentence):
    """Also where a word holds line breaks and tabs, which no column can."""
    [again] = round_trip(conllu, [sentence])
    assert [word.split() for word in again.words] == [word.split() for word in sentence.words]


def test_the_validator_accepts_fresh_blocks(tmp_path):
    """udtools checks, among much else, that words, ranges and SpaceAfter give the text; it wants a tree first."""
    tags = {"upos": ["PRON", "VERB", "ADP", "DET", "NOUN"], "feats": ["_", "Mood=Ind", "_", "_", "_"]}
    au = [Multiword(2, 3, "au")]
    french = Sentence(["Je", "vais", "à", "le", "marché"], tags, [" ", "  ", "", " ", ""], multiwords=au)
    yes = Sentence(["Oui", "!"], {"upos": ["INTJ", "PUNCT"]}, ["", "\n"], before=" ", document="x")
    path = tmp_path / "fresh.conllu"
    path.write_text(
        "".join(map(with_tree, written(conllu, [french, yes]).decode().splitlines(keepends=True)))
    )
    report = Validator(level=2, output=io.StringIO(), max_store=20).validate_files([str(path)])
    assert [incident.testid for incident in report.error_tracker] == []


def with_tree(line):
    cells = line.split("\t")
    if cells[0].isdecimal():
        cells[6:8] = ["0", "root"] if cells[0] == "1" else ["1", "dep"]
    return "\t".join(cells)


def test_a_sentence_without_words_leaves_nothing():
    assert written(conllu, [Sentence([]), Sentence(["a"]), Sentence([])]).count(b"\n\n") == 1


@pytest.mark.parametrize("label", ["A B", "A\tB", " A", "A\n"])
def test_a_label_with_white_space_is_refused(label, write_file):
    for sentence in (Sentence(["a"]), read_text(write_file, "\t".join(["1", "a", *["_"] * 8]) + "\n\n")[0]):
        sentence.labels = {"upos": [label]}
        with pytest.raises(SeqkitError, match="white space in a label"):
            written(conllu, [sentence])


def test_a_word_of_a_million_characters(write_file):
    word = "ab" * 500_000
    text = "\t".join(["1", word, *["_"] * 8]) + "\n\n"
    [sentence] = read_text(write_file, text)
    assert sentence.words == [word]
    assert written(conllu, [sentence]) == text.encode()


def test_memory_stays_flat(write_file, monkeypatch):
    """A few chunks' worth, however long the file is."""
    monkeypatch.setattr(blocks, "CHUNK", 1 << 14)
    text = BLOCK * 6_000
    path = write_file("long.conllu", text)
    # The first reading compiles patterns and fills caches, which stay.
    assert sum(1 for _ in read(path, RecordErrors())) == 6_000
    peaks = []
    # tracemalloc counts every thread: those of earlier tests may allocate during one reading, not during all.
    for _ in range(3):
        gc.collect()
        tracemalloc.start()
        count = sum(1 for _ in read(path, RecordErrors()))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert count == 6_000
    assert min(peaks) < 400_000 < len(text) / 9
