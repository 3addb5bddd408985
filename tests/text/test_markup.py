"""Markup removed from a sentence and restored."""

import pytest

from seqkit.text.markup import with_markup, without_markup


@pytest.mark.parametrize(
    "text",
    [
        "Der <b>kleine</b> Hund schläft.",
        "<p>Hallo Welt</p>",
        "**Achtung:** Der Hund *beißt* laut.",
        "Tom &amp; Maria",
    ],
)
def test_a_translation_of_equal_words_has_its_markup_where_it_was(text):
    plain, marks = without_markup(text)
    assert with_markup(plain, marks, len(plain.split())) == text


def test_markup_keeps_its_order_and_its_side_of_the_words():
    plain, marks = without_markup("Siehe [die Seite](http://a.b/c) an.")
    assert plain == "Siehe die Seite an."
    assert with_markup("a b c d e f g h", marks, 4) == "a b [c d e f](http://a.b/c) g h"
    assert with_markup("", marks, 4) == "[](http://a.b/c)"


def test_a_line_break_separates_words():
    assert without_markup("Ein<br>Test")[0] == "Ein Test"


def test_an_emoji_before_a_point_stays_apart_from_words():
    plain, marks = without_markup("Ich lache 😀, er schläft 😴.")
    assert plain == "Ich lache, er schläft."
    assert with_markup("I laugh, he sleeps.", marks, 4) == "I laugh, 😀 he sleeps. 😴"
