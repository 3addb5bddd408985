"""The HTML page: viewport, legend and paragraphs."""

from __future__ import annotations

import io

from seqkit.examples import Sentence
from seqkit.formats.html import Writer


def page(*sentences: Sentence) -> str:
    file = io.BytesIO()
    writer = Writer(file)
    for sentence in sentences:
        writer.write(sentence)
    writer.close()
    return file.getvalue().decode()


def said(word: str, space: str, offset: int | None = 0, document: str | None = None) -> Sentence:
    return Sentence([word], {"upos": ["NOUN"]}, [space], offset=offset, document=document)


def test_an_empty_line_ends_a_paragraph_and_a_line_end_does_not():
    text = page(said("a", " \n"), said("b", "\n \n"), said("c", ""), said("d", "", document="next"))
    body = text.partition("</p>\n")[2]  # after the legend
    assert [part.count("<ruby") for part in body.split("</p>")] == [2, 1, 1, 0]
    assert body.index("<h2") < body.index(">d<")


def test_a_sentence_of_a_treebank_is_a_paragraph():
    body = page(said("a", " ", None), said("b", " ", None)).partition("</p>\n")[2]
    assert [part.count("<ruby") for part in body.split("</p>")] == [1, 1, 0]


def test_there_are_a_viewport_and_a_legend():
    text = page()
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in text
    assert '<p class="legend"><span class="NOUN">NOUN</span>' in text
