"""Numbers in the format of a language, compared with the examples of CLDR's number patterns."""

import pytest

from seqkit.text.number_forms import canonical, rewritten

CLDR = {"en": "1,234,567.891", "de": "1.234.567,891", "fr": "1\u00a0234\u00a0567,891", "ja": "1,234,567.891"}


@pytest.mark.parametrize("source", CLDR)
@pytest.mark.parametrize("target", CLDR)
def test_every_pair_of_languages(source, target):
    assert rewritten(CLDR[source], source, target) == CLDR[target]
    assert canonical(CLDR[source], source) == "1234567.891"


@pytest.mark.parametrize(
    "text", ["12.11.2024", "14:30", "2.13.0", "2024", "1.5", "007", "0.123", "192.168.0.1"]
)
def test_what_is_no_number_in_german_stays_as_it_is(text):
    assert rewritten(text, "de", "en") == text


def test_unknown_languages_keep_what_is_written():
    assert rewritten("1.234,5 %", "tlh", "en") == "1.234,5 %" == rewritten("1.234,5 %", "de", "tlh")


@pytest.mark.parametrize(
    ("text", "written"),
    [("5 %", "5%"), ("12 €", "€12"), ("1.000-2.000", "1,000-2,000"), ("-3,5 °C", "-3.5 °C")],
)
def test_signs_and_ranges(text, written):
    assert rewritten(text, "de", "en") == written
    assert canonical(text, "de") == canonical(written, "en")
