"""Protected parts: recognition, exact coverage of the text, and linear time for long input."""

import time

import pytest

from seqkit.text.protected import BEGINNING, protected

FOUND = {
    "Der Motor hat 230 Volt und 12 Nm bei 1.234,5 kg.": ["230 Volt", "12 Nm", "1.234,5 kg"],
    "Am 12.11.2024 um 14:30 Uhr kostet es 5 €, 3,5 % mehr.": ["12.11.2024", "14:30", "5 €", "3,5 %"],
    "See https://x.org/a?b=1, or mail tom.x@y.co.uk.": ["https://x.org/a?b=1", "tom.x@y.co.uk"],
    "(siehe https://de.wikipedia.org/wiki/Hund_(Tier))": ["https://de.wikipedia.org/wiki/Hund_(Tier)"],
    "<b>fett</b> &amp; `x = 1`": ["<b>", "</b>", "&amp;", "`x = 1`"],
    "{name} ${foo} %s %(n)d {{ x }} $BAR ⟦0⟧": ["{name}", "${foo}", "%s", "%(n)d", "{{ x }}", "$BAR", "⟦0⟧"],
    "Der A380 trinkt H2O, der 10th 1990er nicht.": ["A380", "H2O", "10th", "1990er"],
    "-5 °C, 192.168.100.100, +49 30 1234567, v2.13.0": [
        "-5 °C",
        "192.168.100.100",
        "+49 30 1234567",
        "v2.13.0",
    ],
    "Er ist am 3. Mai um 3 pm hier, z.B. u.a. mit Max.": ["3", "3"],
    "مبلغ ٣٤ و ½ л": ["٣٤", "½"],
    "Danke :-) 👍🏽 <3, 👩‍👧 siehe (a) 8) und x:y": [":-)", "👍🏽", "<3", "👩‍👧", "8"],
    "Wie geht's? Gut -- und dir?": [],
}


@pytest.mark.parametrize("text", FOUND)
def test_what_is_protected(text):
    parts = protected(text)
    assert [part.text for part in parts] == FOUND[text]
    assert all(text[part.start : part.end] == part.text for part in parts)


def test_a_number_is_written_as_the_target_language_writes_it():
    (amount, share) = protected("Das sind 1.234,5 € oder 3,5 %.")
    assert (amount.written("de", "en"), share.written("de", "en")) == ("€1,234.5", "3.5%")
    assert amount.value("de") == protected("That is €1,234.5.")[0].value("en")


@pytest.mark.parametrize("line", ["# Titel", "- Punkt", "> 1. Zitat"])
def test_markdown_at_the_beginning_of_a_line(line):
    found = BEGINNING.match(line)
    assert found and line[found.end() :].isalpha()


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "1",
        "1.",
        "a.b",
        "<a",
        "`a",
        "a_",
        "[a",
        "+1 ",
        "/",
        "{",
        "a-",
        ".",
        "a@",
        "%",
        "1a",
        "&a",
        "$",
        "<!--",
    ],
)
def test_long_input_takes_linear_time(unit):
    """40,000 characters at which a pattern fails late: 0.1 s, where a quadratic pattern needs seconds."""
    start = time.process_time()
    protected(unit * (40_000 // len(unit)))
    assert time.process_time() - start < 1
