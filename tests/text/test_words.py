"""Raw text to words and sentences: no character lost, no stall, flat memory."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit.examples import RawText, Sentence, SourceLocation
from seqkit.text import paragraphs
from seqkit.text import words as module
from seqkit.text.words import MAX_WORDS, sentences_from, tokenizer

HERE = SourceLocation("a.txt", 1)
FRAGMENTS = [
    *(
        "Time flies.",
        " ",
        "  ",
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "\r\n\r\n",
        "\u2028",
        "\u2029",
        "\x85",
        "\t",
        "\xa0",
    ),
    *(
        "\u200b",
        "\ufeff",
        "\u200d",
        "e\u0301",
        "\u0301",
        "👨‍👩‍👧",
        "🏳️‍🌈",
        ":)",
        "e.g. this",
        "J. Smith",
        "...",
        "…",
        "?!",
    ),
    *(
        "。",
        "我是中国人。",
        "これは本です。",
        "안녕하세요. ",
        "สวัสดี",
        "नमस्ते। ",
        "كيف حالك؟ ",
        "שלום. ",
        "Приве́т. ",
        "Ζεύς; ",
    ),
    *(
        '"No."',
        "(Yes!)",
        "« Oui. » ",
        "https://a.b/c?d=e",
        "x@y.org",
        "don't",
        "1.",
        "3.14",
        "\x1c",
        "\x00",
        "-",
        "a" * 600,
    ),
]
texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=30).map("".join)


def split(text: str, language: str = "en", **more: object) -> list[Sentence]:
    return list(sentences_from([RawText(text, HERE, **more)], language))


def forms(text: str, language: str = "en") -> list[str]:
    return [sentence.text.strip() for sentence in split(text, language)]


def check(sentences: list[Sentence], text: str) -> None:
    assert "".join(sentence.text for sentence in sentences) == (text if text.strip() else "")
    for sentence in sentences:
        assert sentence.words and len(sentence.spaces) == len(sentence.words)
        assert text.startswith(sentence.text, sentence.offset)
        assert all(word and not word.isspace() for word in sentence.words)
        assert all(not space.strip() for space in [sentence.before, *sentence.spaces])
        assert sentence.where.line == 1 + text[: sentence.offset + len(sentence.before)].count("\n")
    assert all(sentence.before == "" for sentence in sentences[1:])


@settings(max_examples=60, deadline=None)
@given(text=texts, language=st.sampled_from(["en", "xx", "zh"]))
def test_words_and_spaces_give_back_the_text(text, language):
    check(split(text, language), text)


@settings(max_examples=40, deadline=None)
@given(text=texts, cuts=st.lists(st.integers(0, 400)))
def test_where_the_reader_cuts_changes_nothing(text, cuts):
    places = [0, *sorted(cut for cut in cuts if cut <= len(text)), len(text)]
    stretches = [RawText(text[a:b], HERE, offset=a) for a, b in pairwise(places)]
    small, paragraphs._GATHER = paragraphs._GATHER, 10
    try:
        assert list(sentences_from(stretches, "en")) == split(text)
    finally:
        paragraphs._GATHER = small


@pytest.mark.parametrize("unit", ["word ", "Time flies. ", "a", "字", "no blank. No\n", "\n", "   x\n \n"])
def test_long_text_in_small_stretches(unit, monkeypatch):
    monkeypatch.setattr(paragraphs, "MAX_PARAGRAPH", 5_000)
    monkeypatch.setattr(paragraphs, "_GATHER", 1_000)
    text = unit * (16_000 // len(unit)) + "End."
    stretches = [RawText(text[at : at + 701], HERE, offset=at) for at in range(0, len(text), 701)]
    sentences = list(sentences_from(stretches, "en"))
    check(sentences, text)
    assert sentences == split(text)
    assert max(len(sentence.words) for sentence in sentences) <= MAX_WORDS


@pytest.mark.parametrize("language", sorted({"ja", "ko", "th", "vi", "qqq", "en-US", "", "lex_attrs"}))
def test_languages_spacy_cannot_split_fall_back(language):
    rules, note = tokenizer(language)
    assert [token.text for token in rules("Un mot, deux.")] == ["Un", "mot", ",", "deux", "."]
    assert note == "" or language in note
    if language not in {"ja", "ko", "th", "vi"}:
        assert "general rules" in note


def test_known_language_needs_no_note():
    rules, note = tokenizer("en")
    assert note == "" and [token.text for token in rules("don't")] == ["do", "n't"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four… Five", ["One.", "Two!", "Three?", "Four…", "Five"]),
        ("Mr. J. Smith saw the U.S. Senate, e.g. Dr. Who. He left.", None),
        (
            'He said "No!" and went. She said "Yes." He came.',
            ['He said "No!" and went.', 'She said "Yes."', "He came."],
        ),
        ('I can... wait. "Really?" (Yes.) He did.', ["I can... wait.", '"Really?"', "(Yes.)", "He did."]),
        ("Apples, pears etc. are sold. it works", ["Apples, pears etc. are sold.", "it works"]),
        ("1. Open it. 2. Close it.", ["1. Open it.", "2. Close it."]),
        ("It costs 3.14 at a.b.com today. Yes", ["It costs 3.14 at a.b.com today.", "Yes"]),
        ("A title\n\nA text without an end\r\n\r\nAnother", ["A title", "A text without an end", "Another"]),
        ("The line is wrapped at the\nSouth end of it.", ["The line is wrapped at the\nSouth end of it."]),
        (
            "Contents\nThe first chapter has a long line here.",
            ["Contents", "The first chapter has a long line here."],
        ),
        ("你好。我是学生！他呢？", ["你好。", "我是学生！", "他呢？"]),
        ("यह घर है। वह पेड़ है।", ["यह घर है।", "वह पेड़ है।"]),
        ("كيف حالك؟ أنا بخير.", ["كيف حالك؟", "أنا بخير."]),
        ("« Oui. » Il part.", ["« Oui. »", "Il part."]),
        (" \n Time. ", ["Time."]),
    ],
)
def test_sentences(text, expected):
    if expected is None:
        expected = ["Mr. J. Smith saw the U.S. Senate, e.g. Dr. Who.", "He left."]
    assert forms(text) == expected


def test_zero_width_alone_is_a_word():
    (sentence,) = split(" \u200b ")
    assert (sentence.before, sentence.words, sentence.spaces) == (" ", ["\u200b"], [" "])


@pytest.mark.parametrize("text", ["", " ", "\n\n\u2028\t"])
def test_text_without_words_gives_no_sentence(text):
    assert split(text) == []


def test_documents_are_kept_apart():
    stretches = [
        RawText("One two", SourceLocation("a", 1), 0, "a"),
        RawText(" three", SourceLocation("a", 1), 7),
        RawText("Four", SourceLocation("b", 1), 0, "b"),
        RawText("Five", SourceLocation("c", 9), 0),
    ]
    found = [(s.text, s.document, s.offset, s.where) for s in sentences_from(stretches, "en")]
    assert found == [
        ("One two three", "a", 0, SourceLocation("a", 1)),
        ("Four", "b", 0, SourceLocation("b", 1)),
        ("Five", None, 0, SourceLocation("c", 9)),
    ]


@pytest.mark.parametrize("unit", ["a", "(", "😀", ".", "'", "1,", "http://a.b/", "\u200b", "-"])
def test_a_line_without_a_blank_does_not_stall(unit):
    """30,000 opening brackets in one go take spaCy's tokenizer minutes (quadratic)."""
    text = (unit * 30_000)[:30_000]
    begin = time.process_time()
    check(split(text), text)
    assert time.process_time() - begin < 5


def test_spacy_s_memory_is_given_back(monkeypatch):
    monkeypatch.setattr(module, "_MAX_STRINGS", 5_000)
    split_text = module.SpacySplitter("xx")
    largest = 0
    for start in range(0, 40_000, 100):
        split_text(" ".join(f"w{number}" for number in range(start, start + 100)))
        largest = max(largest, len(split_text._tokenizer.vocab.strings))
    assert 5_000 < largest < 6_000
