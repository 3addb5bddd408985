"""Further kinds of label in each format."""

import json

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from made_sentences import written
from spacy.tokens import Doc, DocBin

from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, Sentence
from seqkit.formats import html, jsonl, table, tsv
from seqkit.formats.conllu import treebank as conllu
from seqkit.formats.conllu.labels import with_attribute
from seqkit.formats.conllu.treebank import parse
from seqkit.formats.spacy import docbin
from seqkit.labels.kinds import kind_spec

ENTITIES = st.sampled_from(["O", "_", "B-PER", "I-PER", "B-a-b", "S-X", "E-X", "B", "NER=1"])
OTHERS = st.sampled_from(["_", "1", "a|b", "\\", "\\p", "x=y", "O"])
BLOCK = [
    "# sent_id = 1",
    "1-2\tab\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No|NER=odd",
    "1\ta\ta\tX\tx\t_\t0\troot\t_\tNER=B-PER|Gloss=a",
    "2\tb\tb\tX\tx\t_\t1\tdep\t_\tGloss=b|NER=I-PER",
    "2.1\tc\tc\tX\tx\t_\t_\t_\t1:dep\tNER=B-LOC",
    "3\td\td\tX\tx\t_\t1\tdep\t_\t_",
]


@st.composite
def labelled(draw):
    """A sentence with labels of two kinds, one declared, one not."""
    count = draw(st.integers(1, 5))
    labels = {
        "ner": draw(st.lists(ENTITIES, min_size=count, max_size=count)),
        "sense": draw(st.lists(OTHERS, min_size=count, max_size=count)),
    }
    return Sentence([f"w{i}" for i in range(count)], labels)


@pytest.mark.parametrize("format", [conllu, jsonl, tsv, docbin], ids=lambda format: format.__name__)
@given(sentence=labelled())
def test_labels_of_any_kind_come_back(format, sentence, tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "there"
    path.write_bytes(written(format, [sentence]))
    [again] = format.read(str(path), RecordErrors(), ("ner", "sense"))
    assert {kind: again.labels[kind] for kind in ("ner", "sense")} == sentence.labels
    assert again.words == sentence.words


@given(labelled())
def test_a_conllu_block_goes_through_spacy_byte_for_byte(sentence):
    block = parse(written(conllu, [sentence]).decode().strip().split("\n"), ("ner", "sense"))
    doc = docbin.to_doc(block, spacy.blank("xx").vocab)
    [again] = docbin.from_doc(doc, ("ner", "sense"))
    assert again.labels == block.labels
    assert written(conllu, [again]) == written(conllu, [block])


def test_kinds_that_are_not_requested_are_ignored(tmp_path):
    sentence = parse(list(BLOCK))
    assert list(sentence.labels) == ["upos", "xpos", "feats"]
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"words": ["a"], "ner": [[0, 1, "PER"]]}) + "\n")
    assert [s.labels for s in jsonl.read(str(path), RecordErrors())] == [{}]
    with pytest.raises(SeqkitError, match="'ner' is not a list of strings"):
        list(jsonl.read(str(path), RecordErrors(), ("ner",)))


def test_misc_is_read_from_words_and_only_its_key_is_replaced():
    sentence = parse(list(BLOCK), ("ner", "Gloss"))
    assert sentence.labels["ner"] == ["B-PER", "I-PER", "O"]
    assert sentence.labels["Gloss"] == ["a", "b", "_"]
    assert written(conllu, [sentence]).decode() == "\n".join(BLOCK) + "\n\n"
    sentence.labels = {"ner": ["O", "B-LOC", "B-LOC"]}
    expected = list(BLOCK)
    expected[2] = BLOCK[2].replace("NER=B-PER", "NER=O")
    expected[3] = BLOCK[3].replace("NER=I-PER", "NER=B-LOC")
    expected[5] = BLOCK[5].removesuffix("_") + "NER=B-LOC"
    assert written(conllu, [sentence]).decode() == "\n".join(expected) + "\n\n"


def test_a_label_that_a_missing_key_implies_is_not_written():
    ner, plain = kind_spec("ner"), kind_spec("sense")
    assert with_attribute("SpaceAfter=No", ner, "O") == "SpaceAfter=No"
    assert with_attribute("_", ner, "_") == "NER=_"
    assert with_attribute("_", plain, "_") == "_"
    assert with_attribute("sense=1|Sense=2|nosense=3", plain, "_") == "sense=_|Sense=2|nosense=3"


def test_relations_are_computed_and_written_to_misc_not_over_the_tree():
    sentence = parse(list(BLOCK), ("deprel",))
    assert sentence.labels["deprel"] == ["root", "dep<", "dep<"]
    sentence.labels = {"deprel": ["root", "dep<", "obj<"]}
    lines = written(conllu, [sentence]).decode().split("\n")
    assert lines[5] == BLOCK[5].removesuffix("_") + "deprel=obj<"


def test_a_plugin_may_claim_a_column(install_plugin):
    install_plugin(
        "mine",
        "from seqkit import LabelSpec, hookimpl\n@hookimpl\ndef seqkit_labels():\n"
        "    yield LabelSpec('lemma', column='LEMMA')\n    yield LabelSpec('deps', column='DEPS')\n",
    )
    sentence = parse(list(BLOCK), ("lemma", "deps"))
    assert sentence.labels["lemma"] == ["a", "b", "d"] and sentence.labels["deps"] == ["_", "_", "_"]
    sentence.labels = {"deps": ["_", "_", "1:x"], "lemma": ["a", "b", "D"]}
    lines = written(conllu, [sentence]).decode().split("\n")
    assert lines[5] == "3\td\tD\tX\tx\t_\t1\tdep\t1:x\t_" and lines[:5] == BLOCK[:5]


def test_of_two_kinds_with_one_column_the_second_is_in_misc(install_plugin):
    install_plugin(
        "mine",
        "from seqkit import LabelSpec, hookimpl\n@hookimpl\ndef seqkit_labels():\n"
        "    yield LabelSpec('mine', column='UPOS')\n",
    )
    lines = written(conllu, [Sentence(["a"], {"mine": ["1"], "upos": ["X"]})]).decode().split("\n")
    assert lines[2] == "1\ta\t_\tX\t_\t_\t_\t_\t_\tmine=1"


def test_what_spacy_sees_of_entities_and_we_of_its(tmp_path):
    tags = ["B-PER", "I-PER", "O", "S-LOC"]
    path = tmp_path / "ours.spacy"
    path.write_bytes(written(docbin, [Sentence(list("abcd"), {"ner": tags})]))
    [doc] = DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab)
    assert [(span.text, span.label_) for span in doc.ents] == [("a b", "PER"), ("d", "LOC")]
    theirs = Doc(spacy.blank("xx").vocab, list("abc"), ents=["B-ORG", "I-ORG", "O"])
    DocBin(docs=[theirs]).to_disk(path)
    assert [s.labels for s in docbin.read(str(path), RecordErrors(), ("ner",))] == [
        {"ner": ["B-ORG", "I-ORG", "O"]}
    ]
    assert [s.labels for s in docbin.read(str(path), RecordErrors())] == [{}]


def test_a_change_of_the_entities_counts():
    sentence = Sentence(["a", "b"], {"ner": ["S-X", "O"]})
    doc = docbin.to_doc(sentence, spacy.blank("xx").vocab)
    doc.set_ents([doc[1:2].char_span(0, 1, label="Y") or spacy.tokens.Span(doc, 1, 2, "Y")])
    [again] = docbin.from_doc(doc)
    assert again.labels["ner"] == ["O", "B-Y"]


def test_a_kind_called_as_a_key_of_json_is_refused():
    with pytest.raises(SeqkitError, match="labels of the kind 'before'"):
        written(jsonl, [Sentence(["a"], {"before": ["X"]})])


def test_table_and_page_show_any_kind():
    sentence = Sentence(["Ann", "left"], {"sense": ["1", "2"], "ner": ["B-PER", "O"]})
    assert written(table, [sentence]).decode() == "Ann   B-PER  1\nleft  O      2\n\n"
    page = written(html, [sentence]).decode()
    assert '<ruby title="ner: B-PER\nsense: 1">Ann<rt>B-PER</rt></ruby>' in page
    assert '<ruby title="ner: O\nsense: 2">left<rt></rt></ruby>' in page
