"""The sentences of a line, and what is between them."""

import pytest

from seqkit.text.line_sentences import by_rule, line_sentences

LINES = {
    "Ich heiße Peter. Ich bin z. B. bei Dr. Müller.  Und du?\tGut!": [
        "Ich heiße Peter.",
        "Ich bin z. B. bei Dr. Müller.",
        "Und du?",
        "Gut!",
    ],
    "Geh auf http://a.de/?x=1. Dann komm.": ["Geh auf http://a.de/?x=1.", "Dann komm."],
    "Am 3. Mai kommt er. Das war 1995. Ja.": ["Am 3. Mai kommt er.", "Das war 1995.", "Ja."],
    "Schreib `a. B` auf. Ja.": ["Schreib `a. B` auf.", "Ja."],
    " Nur einer. ": ["Nur einer."],
    "": [],
}


@pytest.mark.parametrize("line", LINES)
def test_sentences_and_gaps_are_the_line(line):
    parts = line_sentences(line, by_rule("de"))
    assert [part.text for part in parts] == LINES[line]
    assert "".join(part.text + part.gap for part in parts) == line.strip()


def test_a_script_without_spaces():
    assert [part.text for part in line_sentences("好。我是。", by_rule("zh"))] == ["好。", "我是。"]
