"""Protected parts: recognition, exact coverage of the text, and linear time for long input."""

import time

import pytest

from seqkit.text.protected import BEGINNING, protected

FOUND = {
    "Der Motor hat 230 Volt und 12 Nm bei 1.234,5 kg.": ["230 Volt", "12 Nm", "1.234,5 kg"],
    "Am 12.11.2024 um 14:30 Uhr kostet es 5 €, 3,5 % mehr.": ["12.11.2024", "14:30 Uhr", "5 €", "3,5 %"],
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
    "Er ist am 3. Mai um 3 pm hier, z.B. u.a. mit Max.": ["3. Mai", "3 pm"],
    "مبلغ ٣٤ و ½ л": ["٣٤", "½"],
    "Danke :-) 👍🏽 <3, 👩‍👧 siehe (a) 8) und x:y": [":-)", "👍🏽", "<3", "👩‍👧", "8"],
    "Wie geht's? Gut -- und dir?": [],
    "IBAN DE89 3704 0044 0532 0130 00, ISBN 978-3-16-148410-0, Tel. 030 123 456": [
        "DE89 3704 0044 0532 0130 00",
        "ISBN 978-3-16-148410-0",
        "030 123 456",
    ],
    "10 000-20 000 Leute, 2024 100 200": ["10 000-20 000", "2024", "100", "200"],
    "Nach § 5 Nr. 12a: #5, ~3 kg, 1½, 10a.m.": ["§ 5", "12a", "#5", "~3 kg", "1½", "10a.m"],
    "Es sind 1, 2, 3, 4 und 5, dann 1, 2.": ["1, 2, 3, 4", "5", "1", "2"],
    "minus 5 °C, Minus 3 und 8 minus 3, Terminus 5": ["minus 5 °C", "Minus 3", "8", "3", "5"],
    "(555) 123-4567, (1990) 200, C:/Users/max, 192.168.0.1:8080": [
        "(555) 123-4567",
        "1990",
        "200",
        "C:/Users/max",
        "192.168.0.1:8080",
    ],
    "1 1/2 und 3/4, v1.2.3-beta2, U2-kompatibel": ["1 1/2", "3/4", "v1.2.3-beta2", "U2"],
    "```python": ["```python"],
    "10x20 cm oder 3 x 4 m, 5 EUR, COVID-19, 4711-AB-12, U-Bahn": [
        "10x20 cm",
        "3 x 4 m",
        "5 EUR",
        "COVID-19",
        "4711-AB-12",
    ],
    "1234 5678 9012 3456, 1990 1994": ["1234 5678 9012 3456", "1990", "1994"],
    "![Bild](a.png)": ["![", "](a.png)"],
    "Seit 2024-01-01T12:00:00Z | 12 | a|b": ["2024-01-01T12:00:00Z", "|", "12", "|"],
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
    (many,) = protected("10 000 Leute")
    assert (many.written("de", "en"), many.value("de")) == ("10,000", "10000")
    (cold,) = protected("minus 5,5 °C")
    assert (cold.written("de", "en"), cold.value("de")) == ("minus 5.5 °C", "-5.5°C")


@pytest.mark.parametrize("line", ["# Titel", "- Punkt", "> 1. Zitat", "- [ ] Aufgabe", "1. [x] Aufgabe"])
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
        "123 456 ",
        "030 12 ",
        "1, ",
        "DE89 3704 ",
        "| ",
        "§ ",
    ],
)
def test_long_input_takes_linear_time(unit):
    """40,000 characters at which a pattern fails late: 0.1 s, where a quadratic pattern needs seconds."""
    start = time.process_time()
    protected(unit * (40_000 // len(unit)))
    assert time.process_time() - start < 1
