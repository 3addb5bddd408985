"""Silver labels: the pipeline's labels for the written words, cached and recorded."""

from __future__ import annotations

import gzip
import shutil
from functools import cache

import pytest
import spacy
from spacy.tokens import Doc

from seqkit.data.catalogue import read_sentences
from seqkit.errors import SeqkitError
from seqkit.examples import RawText, RecordErrors, Sentence, SourceLocation
from seqkit.text import silver_labels as gold
from seqkit.text.silver_cache import cache_folder
from seqkit.text.silver_labels import Labeller, parse_gold

HERE = SourceLocation("a.txt", 1)
load = cache(spacy.load)
TEXT = " \nI saw her duck  under the bridge. They didn't open\nthe old can.\n\nHer sister \u200b plays\n"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def by_spacy(folder, words: list[str], spaces: list[str]) -> list[tuple[str, str, str]]:
    """The labels as spaCy gives them, without our code."""
    nlp = load(folder)
    doc = nlp(Doc(nlp.vocab, words, [bool(space) for space in spaces]))
    return [(token.pos_ or "_", token.tag_ or "_", str(token.morph) or "_") for token in doc]


def labels(sentence: Sentence) -> list[tuple[str, str, str]]:
    return list(zip(*(sentence.labels[kind] for kind in ("upos", "xpos", "feats")), strict=True))


@pytest.mark.parametrize("block", [10, 10**6])
def test_text_is_labelled_as_spacy_does(tiny_pipeline, monkeypatch, block):
    monkeypatch.setattr(gold, "BLOCK", block)
    sentences = list(Labeller(str(tiny_pipeline)).text([RawText(TEXT, HERE, document="a.txt")]))
    assert [sentence.words[:2] for sentence in sentences] == [
        ["I", "saw"],
        ["They", "did"],
        ["Her", "sister"],
    ]
    assert "".join(sentence.text for sentence in sentences) == TEXT
    for sentence in sentences:
        assert labels(sentence) == by_spacy(tiny_pipeline, sentence.words, sentence.spaces)
        assert sentence.silver == "en_tiny 1.2"
        assert TEXT.startswith(sentence.text, sentence.offset)
    assert labels(sentences[0])[:2] == [
        ("PRON", "PRP", "Case=Nom|Number=Sing|Person=1|PronType=Prs"),
        ("VERB", "VBD", "Mood=Ind|Number=Sing|Person=1|Tense=Past|VerbForm=Fin"),
    ]
    assert [sentence.where.line for sentence in sentences] == [2, 2, 5]
    assert [sentence.document for sentence in sentences] == ["a.txt", None, None]


def test_words_keep_everything_but_their_labels(tiny_pipeline):
    before = list(read_sentences("sample-english", "test", RecordErrors()))
    after = list(Labeller(str(tiny_pipeline)).words(before))
    for old, new in zip(before, after, strict=True):
        assert labels(new) == by_spacy(tiny_pipeline, old.words, old.spaces)
        assert (new.words, new.spaces, new.multiwords, new.where) == (
            old.words,
            old.spaces,
            old.multiwords,
            old.where,
        )
        assert new.silver == "en_tiny 1.2" and old.silver is None
    assert next(Labeller(str(tiny_pipeline)).words([Sentence([])])).labels["upos"] == []


def test_a_pipeline_s_own_sentences_are_taken(tiny_pipeline, tmp_path):
    nlp = spacy.load(tiny_pipeline)
    nlp.add_pipe("sentencizer", config={"punct_chars": [","]})
    nlp.to_disk(tmp_path / "commas")
    text = "I saw. her, duck.\n\nShe can"
    stretches = [RawText(text, HERE)]
    assert [s.text for s in Labeller(str(tmp_path / "commas")).text(stretches)] == [
        "I saw. her, ",
        "duck.\n\n",
        "She can",
    ]
    assert [s.text for s in Labeller(str(tiny_pipeline)).text(stretches)] == [
        "I saw. her, duck.\n\n",
        "She can",
    ]


def test_labels_are_remembered(tiny_pipeline, tmp_path, monkeypatch):
    monkeypatch.setattr(gold, "BLOCK", 40)
    stretches = [
        RawText(TEXT, HERE, document="a.txt"),
        RawText("Tom walks.", SourceLocation("b.txt", 1), document="b.txt"),
    ]
    first = Labeller(str(tiny_pipeline))
    made = list(first.text(stretches))
    assert (first.made, first.remembered) == (4, 0)
    second = Labeller(str(tiny_pipeline))
    monkeypatch.setattr(second.nlp, "pipe", None)
    assert list(second.text(stretches)) == made
    assert (second.made, second.remembered) == (0, 4)
    assert [(s.document, s.offset) for s in made][-1] == ("b.txt", 0)

    shutil.copytree(tiny_pipeline, tmp_path / "other")
    with open(tmp_path / "other" / "tagger" / "cfg", "a") as file:
        file.write(" ")
    third = Labeller(str(tmp_path / "other"))
    list(third.text(stretches))
    assert third.remembered == 0


def lines_changed(change):
    """Damage that gzip's own checksum does not notice."""
    return lambda whole: gzip.compress(b"\n".join(change(gzip.decompress(whole).split(b"\n"))), mtime=0)


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-12],
        lambda whole: whole[:12] + b"\xff" * 20,
        lambda whole: b"",
        lambda whole: gzip.compress(b""),
        lines_changed(lambda lines: lines[1:]),
        lines_changed(lambda lines: lines[:-2]),
        lines_changed(lambda lines: [lines[0].replace(b"saw", b"sow"), *lines[1:]]),
        lines_changed(lambda lines: [b'{"words": 5}', *lines]),
        lines_changed(lambda lines: [b"[" * 100_000]),
        lines_changed(lambda lines: [b"9" * 10_000]),
        lines_changed(lambda lines: [lines[0][:17] + b"null", *lines[1:]]),
        lines_changed(lambda lines: [lines[0], lines[0], *lines[1:]]),
    ],
)
def test_a_damaged_cache_is_made_again(tiny_pipeline, damage):
    stretches = [RawText("I saw her.", HERE)]
    made = list(Labeller(str(tiny_pipeline)).text(stretches))
    (file,) = cache_folder().glob("*.jsonl.gz")
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert list(Labeller(str(tiny_pipeline)).text(stretches)) == made
    assert file.read_bytes() == whole


def test_a_pipeline_that_is_not_installed():
    with pytest.raises(SeqkitError, match="xx_no_such_sm is not installed") as caught:
        Labeller("xx_no_such_sm").text([])
    assert caught.value.fix == "Install it: python -m spacy download xx_no_such_sm"


def test_a_folder_that_is_missing_or_no_pipeline(tmp_path):
    with pytest.raises(SeqkitError, match="nowhere: no such spaCy pipeline"):
        Labeller(str(tmp_path / "nowhere")).text([])
    with pytest.raises(SeqkitError, match="spaCy cannot load the pipeline") as caught:
        Labeller(str(tmp_path)).text([])
    assert "config.cfg" in caught.value.fix


def test_a_pipeline_without_labels(tmp_path):
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(SeqkitError, match="assigns no part of speech"):
        Labeller(str(tmp_path / "blank")).text([])


def test_an_attribute_ruler_gives_labels(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("attribute_ruler").add([[{"LOWER": "duck"}]], {"POS": "NOUN"})
    nlp.to_disk(tmp_path / "ruled")
    (sentence,) = Labeller(str(tmp_path / "ruled")).text([RawText("A duck", HERE)])
    assert sentence.labels == {"upos": ["_", "NOUN"]}


def test_parse_gold():
    assert parse_gold("spacy:en_core_web_sm") == "en_core_web_sm"
    for wrong in ("en_core_web_sm", "spacy:", "stanza:en"):
        with pytest.raises(SeqkitError, match="spacy:PIPELINE") as caught:
            parse_gold(wrong)
        assert caught.value.exit_code == 2


def test_the_hash_of_a_pipeline_is_made_again_only_for_other_files(tmp_path, monkeypatch):
    """Workers of `batch label` compare it before every commit."""
    from seqkit.text import pipelines

    folder, loaded, load = tmp_path / "blank", [], pipelines.load_pipeline
    spacy.blank("en").to_disk(folder)
    monkeypatch.setattr(pipelines, "load_pipeline", lambda name: loaded.append(name) or load(name))
    assert pipelines.folder_of(str(folder)) == pipelines.folder_of(str(folder)) == folder
    assert loaded == [str(folder)]
    before = pipelines.current_hash(folder)
    assert before == pipelines.hash_of(folder)
    monkeypatch.setattr(pipelines, "hash_of", lambda folder: "again")
    assert pipelines.current_hash(folder) == before
    (folder / "meta.json").write_text((folder / "meta.json").read_text() + " ")
    assert pipelines.current_hash(folder) == "again"
