"""The sentence rule against treebanks, and against spaCy's rule-based sentencizer."""

from __future__ import annotations

import textwrap

import pytest
import spacy

from seqkit.data.catalogue import read_sentences
from seqkit.evaluation.raw import score_raw
from seqkit.evaluation.run import raw_text
from seqkit.examples import RawText, RecordErrors, Sentence, SourceLocation
from seqkit.text.words import sentences_from

TREEBANKS = {"ud-english-ewt": ("en", 0.840), "ud-french-sequoia": ("fr", 0.791)}


@pytest.fixture(params=TREEBANKS)
def treebank(request, real_corpora) -> tuple[str, float, list[Sentence]]:
    return *TREEBANKS[request.param], list(read_sentences(request.param, "dev", RecordErrors()))


def f1(gold: list[Sentence], found: list[Sentence]) -> float:
    return score_raw(gold, found).metrics["Sentences"].f1


def by_sentencizer(text: str, language: str) -> list[Sentence]:
    """A paragraph at a time: alone, the sentencizer does not know that a blank line ends a sentence."""
    nlp = spacy.blank(language)
    nlp.add_pipe("sentencizer")
    docs = nlp.pipe(text.split("\n\n"))
    return [Sentence(words) for doc in docs for span in doc.sents if (words := span.text.split())]


def test_better_than_the_sentencizer(treebank):
    language, expected, gold = treebank
    ours = f1(gold, list(sentences_from(raw_text(gold), language)))
    theirs = f1(gold, by_sentencizer("\n\n".join(_documents(gold)), language))
    assert ours > theirs + 0.015
    assert ours == pytest.approx(expected, abs=0.005)


def _documents(gold: list[Sentence]) -> list[str]:
    texts: list[str] = []
    for part in raw_text(gold):
        if part.document is not None:
            texts.append("")
        texts[-1] += part.text
    return texts


def test_wrapped_lines_do_not_end_sentences(treebank):
    """Text in lines of 72 characters is split as well as text in one line a paragraph."""
    language, expected, gold = treebank
    paragraphs = "\n\n".join(_documents(gold)).split("\n\n")
    width = {"width": 72, "break_long_words": False, "break_on_hyphens": False}
    text = "\n\n".join(textwrap.fill(paragraph, **width) for paragraph in paragraphs)
    found = list(sentences_from([RawText(text, SourceLocation("a", 1))], language))
    assert f1(gold, found) == pytest.approx(expected, abs=0.005)
