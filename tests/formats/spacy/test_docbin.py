"""DocBin files: ours read by spaCy, spaCy's read by seqkit, and invalid files."""

import gc
import random
import zlib

import pytest
import spacy
import srsly
from hypothesis import given
from made_sentences import round_trip, sentences, written
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus

from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, Sentence
from seqkit.formats.conllu import treebank as conllu
from seqkit.formats.conllu.treebank import parse
from seqkit.formats.spacy import docbin

VOCAB = spacy.blank("xx").vocab


def block(*rows):
    """A CoNLL-U block from rows with spaces for tabs."""
    return parse(["# sent_id = 7", *("\t".join(row.split(" ")) for row in rows)])


def saved(tmp_path, docs, **options):
    path = tmp_path / "docs.spacy"
    DocBin(docs=docs, **options).to_disk(path)
    return str(path)


def read(path, skip=False):
    return list(docbin.read(path, RecordErrors(skip)))


def loaded(tmp_path, sentences):
    """Load one of our files with spaCy alone."""
    path = tmp_path / "ours.spacy"
    path.write_bytes(written(docbin, sentences))
    return list(DocBin().from_disk(path).get_docs(VOCAB))


@given(sentences())
def test_sentences_of_any_shape_come_back_equal(sentence):
    assert round_trip(docbin, [sentence]) == [sentence]


def test_a_sentence_without_words_comes_back():
    made = [Sentence(["a"]), Sentence([]), Sentence(["b"])]
    assert round_trip(docbin, made) == made


ODD = {
    "unknown tag": ["1 a a NEW T _ 0 root _ _", "2 b b _ _ _ 1 dep _ _"],
    "unsorted feats": ["1 a a X _ b=2|A=1 0 root _ _", "2 b _ X _ C=z,y 1 dep _ _"],
    "malformed feats": ["1 a a X _ A 0 root _ _", "2 b b X _ A=1=2 1 dep _ _", "3 c c X _ A=1|A=2 1 dep _ _"],
    "two roots": ["1 a a X _ _ 0 root _ _", "2 b b X _ _ 0 root _ _"],
    "no root": ["1 a a X _ _ 2 dep _ _", "2 b b X _ _ 1 dep _ _"],
    "a cycle": ["1 a a X _ _ 0 root _ _", "2 b b X _ _ 3 dep _ _", "3 c c X _ _ 2 dep _ _"],
    "a head beyond": ["1 a a X _ _ 0 root _ _", "2 b b X _ _ 9 dep _ _"],
    "no heads": ["1 a a X _ _ _ _ _ _", "2 b b X _ _ _ _ _ _"],
    "a relation named ROOT": ["1 a a X _ _ 0 ROOT _ _", "2 b b X _ _ 1 root _ _"],
    "crossing arcs": [
        "1 a _ X _ _ 3 d _ _",
        "2 b _ X _ _ 4 d _ _",
        "3 c _ X _ _ 0 root _ _",
        "4 d _ X _ _ 3 d _ _",
    ],
    "ranges and empty nodes": [
        "0.1 e _ _ _ _ _ _ _ _",
        "1-2 ab _ _ _ _ _ _ _ SpaceAfter=No",
        "1 a a X _ _ 0 root 0:root G=1",
        "2 b b X _ _ 1 dep 1:dep _",
        "2.1 f _ _ _ _ _ _ 1:x _",
    ],
    "white space": [
        "1 a a X _ _ 0 root _ SpacesAfter=\\n\\s|SpacesBefore=\\t",
        "2 b b X _ _ 1 dep _ SpaceAfter=No",
    ],
    "an underscore": ["1 _ _ PUNCT _ _ 0 root _ _"],
    "all unknown": ["1 a _ _ _ _ _ _ _ _"],
}


@pytest.mark.parametrize("rows", ODD.values(), ids=ODD.keys())
def test_a_block_comes_back_byte_for_byte(rows, tmp_path):
    sentence = block(*rows)
    assert written(conllu, round_trip(docbin, [sentence])) == written(conllu, [sentence])
    [doc] = loaded(tmp_path, [sentence])
    assert [token.text for token in doc] == sentence.words
    assert len(list(doc.sents)) == 1


def test_what_spacy_sees(tmp_path):
    [doc] = loaded(
        tmp_path,
        [
            block(
                "1 cats cat NOUN NNS Number=Plur 2 nsubj _ _",
                "2 slept sleep VERB VBD _ 0 root _ SpacesAfter=\\n",
            )
        ],
    )
    assert doc.text == "cats slept "
    assert [(t.pos_, t.tag_, str(t.morph), t.lemma_, t.dep_, t.head.i) for t in doc] == [
        ("NOUN", "NNS", "Number=Plur", "cat", "nsubj", 1),
        ("VERB", "VBD", "", "sleep", "ROOT", 1),
    ]


def test_labels_changed_in_spacy_count(tmp_path):
    made = [
        block("1 a a NEW T b=2|A=1 0 root _ _", "2 b b _ U _ 1 dep _ _"),
        Sentence(["a", "b"], {"upos": ["NEW", "X"]}, spaces=["\n", ""]),
    ]
    docs = loaded(tmp_path, made)
    for doc in docs:
        doc[0].pos_ = doc[1].pos_ = "NOUN"
        doc[0].tag_ = "Z"
        doc[0].set_morph("Case=Nom")
    first, second = read(saved(tmp_path, docs, store_user_data=True))
    assert first.labels == {"upos": ["NOUN", "NOUN"], "xpos": ["Z", "U"], "feats": ["Case=Nom", "_"]}
    assert "\tNOUN\tZ\tCase=Nom\t" in first.lines[1]
    assert second.labels == {"upos": ["NOUN", "NOUN"], "xpos": ["Z", "_"], "feats": ["Case=Nom", "_"]}
    assert second.spaces == ["\n", ""]


def test_predicted_labels_of_a_treebank_are_the_ones_written():
    sentence = block("1 a a X T A=1 0 root _ _")
    sentence.labels = {"upos": ["NOUN"]}
    assert round_trip(docbin, [sentence])[0].labels == {"upos": ["NOUN"], "xpos": ["T"], "feats": ["A=1"]}


def test_silver_labels_of_a_treebank_stay_silver():
    sentence = block("1 a a X T A=1 0 root _ _")
    sentence.silver = "en_tiny 1.2"
    assert round_trip(docbin, [sentence])[0].silver == "en_tiny 1.2"


def test_white_space_tokens_of_spacy_are_no_words(tmp_path):
    doc = spacy.blank("en")(" \n Hi  there!\n\nBye \t")
    assert any(token.is_space for token in doc)
    doc[0].is_sent_start = True
    for token in doc[1:]:
        token.is_sent_start = token.text == "Bye" or token.i == len(doc) - 1
    first, last = read(saved(tmp_path, [doc]))
    assert (first.words, last.words) == (["Hi", "there", "!"], ["Bye"])
    assert (first.before, first.spaces, last.spaces) == (" \n ", ["  ", "", "\n\n"], [" \t"])
    assert first.text + last.text == doc.text


def test_the_text_survives_spacys_tokenizer(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    source = random.Random(1)
    for _ in range(200):
        text = "".join(
            source.choice(["Hi", "don't", ".", "!", " ", "  ", "\n", "\t", "\u00a0", "日本"])
            for _ in range(20)
        )
        again = read(saved(tmp_path, [nlp(text)]))
        assert "".join(sentence.text for sentence in again) == text or not text.strip()


def test_features_come_in_the_order_of_ud(tmp_path):
    """spaCy has NumType before Number: it sorts capitals first."""
    feats = "Gender=Masc|Number=Sing|NumType=Ord"
    doc = Doc(VOCAB, words=["premier", "deux"], morphs=[feats, ""])
    assert str(doc[0].morph) != feats
    (sentence,) = read(saved(tmp_path, [doc]))
    assert sentence.labels["feats"] == [feats, "_"]


def test_only_annotated_kinds_are_there(tmp_path):
    words = ["a", "b"]
    docs = [
        Doc(VOCAB, words),
        Doc(VOCAB, words, tags=["T", ""]),
        Doc(VOCAB, words, pos=["NOUN", ""], morphs=["B=1|A=2", ""]),
    ]
    assert [sentence.labels for sentence in read(saved(tmp_path, docs))] == [
        {},
        {"xpos": ["T", "_"]},
        {"upos": ["NOUN", "_"], "feats": ["A=2|B=1", "_"]},
    ]


def test_white_space_that_spacy_does_not_know_is_not_known(tmp_path):
    known, unknown = read(saved(tmp_path, [Doc(VOCAB, ["a", "b"], [False, True]), Doc(VOCAB, ["a", "b"])]))
    assert (known.spaces, unknown.spaces) == (["", " "], None)


def test_a_doc_with_other_words_than_we_wrote_is_read_as_it_is(tmp_path):
    [doc] = loaded(tmp_path, [block("1 New _ X _ _ 0 root _ _", "2 York _ X _ _ 1 flat _ _")])
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    [sentence] = read(saved(tmp_path, [doc], store_user_data=True))
    assert (sentence.words, sentence.lines) == (["New York"], None)


def test_spacy_trains_its_tagger_on_our_file(tmp_path):
    tags = {"the": "DT", "a": "DT", "cat": "NN", "dog": "NN", "sleeps": "VBZ", "barks": "VBZ", "loudly": "RB"}
    source = random.Random(0)
    made = [Sentence([source.choice(list(tags)) for _ in range(6)]) for _ in range(80)]
    for sentence in made:
        sentence.labels = {"xpos": [tags[word] for word in sentence.words]}
    path = tmp_path / "train.spacy"
    path.write_bytes(written(docbin, made))
    nlp = spacy.blank("en")
    nlp.add_pipe("tagger")
    examples = list(Corpus(path)(nlp))
    optimizer = nlp.initialize(lambda: examples)
    assert nlp.evaluate(examples)["tag_acc"] < 0.9
    for _ in range(15):
        nlp.update(examples, sgd=optimizer)
    assert nlp.evaluate(examples)["tag_acc"] > 0.99


@pytest.mark.parametrize(
    "data",
    [b"", b"no DocBin", zlib.compress(b"no msgpack \xc1"), zlib.compress(srsly.msgpack_dumps({"attrs": []}))],
    ids=["empty", "not zlib", "not msgpack", "not a DocBin"],
)
def test_a_file_that_is_no_docbin(data, write_file):
    path = write_file("x.spacy", data)
    with pytest.raises(SeqkitError) as caught:
        read(path, skip=True)
    assert caught.value.problem.startswith(f"{path}: is not a spaCy DocBin")
    assert "\n" not in caught.value.problem
    assert gc.isenabled()


def test_damage_anywhere_never_breaks_the_reader(write_file):
    made = [block(*ODD["ranges and empty nodes"]), Sentence(["a"], {"upos": ["X"]}, spaces=["\n"], offset=3)]
    whole = zlib.decompress(written(docbin, made))
    source = random.Random(0)
    outcomes = set()
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(source.randint(1, 3)):
            at = source.randrange(len(data))
            data[at : at + source.randint(0, 4)] = source.randbytes(source.randint(0, 4))
        path = write_file("x.spacy", zlib.compress(bytes(data)))
        try:
            outcomes.add(len(read(path)))
        except SeqkitError as error:
            outcomes.add("damaged" in error.problem)
    assert {True} < outcomes


def test_our_own_data_when_damaged_cost_one_record(tmp_path):
    docs = loaded(tmp_path, [Sentence(["a"]), Sentence(["b"]), Sentence(["c"])])
    docs[1].user_data["seqkit"]["instead"] = {"upos": [["x"]]}
    path = saved(tmp_path, docs, store_user_data=True)
    with pytest.raises(SeqkitError, match=r"docs\.spacy:2: Doc 2: damaged data"):
        read(path)
    problems = RecordErrors(skip=True)
    assert [sentence.words for sentence in docbin.read(path, problems)] == [["a"], ["c"]]
    assert problems.skipped == 1


def test_nothing_is_unpickled(tmp_path):
    """Arrays of objects are pickles; numpy refuses to make one from bytes in msgpack."""
    pickled = {
        b"nd": True,
        b"type": "|O",
        b"kind": b"O",
        b"shape": [1],
        b"data": b"cos\nsystem\n(S'false'\ntR.",
    }
    bin = DocBin(store_user_data=True, docs=[Doc(VOCAB, ["a"])])
    bin.user_data = [srsly.msgpack_dumps({"seqkit": pickled})]
    path = tmp_path / "x.spacy"
    bin.to_disk(path)
    with pytest.raises(SeqkitError, match="OBJECT array"):
        read(path)
