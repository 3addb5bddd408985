"""Words beside numbers: scales, units, decades, ordinals. The scales are those of CLDR's compact long numbers."""

import pytest

from seqkit.text.protected import NUMBER, protected

GERMAN_ENGLISH = {
    "1 Million": "1 million",
    "1,2 Millionen": "1.2 million",
    "3,4 Milliarden": "3.4 billion",
    "5 Billionen": "5 trillion",
    "2,5 Milliarden €": "€2.5 billion",
    "7 Millionen km": "7 million km",
    "1990er": "1990s",
    "230 Volt": "230 volts",
    "1 Ampere": "1 ampere",
    "50 Hertz": "50 hertz",
    "99 Cent": "99 cents",
    "500 Mikrowatt": "500 microwatts",
    "16 Gigabyte": "16 gigabytes",
}


@pytest.mark.parametrize("german", GERMAN_ENGLISH)
def test_german_and_english(german):
    (one,), (other,) = protected(f"Es sind {german}, ja."), protected(f"It is {GERMAN_ENGLISH[german]}, yes.")
    assert (one.text, one.kind, other.text) == (german, NUMBER, GERMAN_ENGLISH[german])
    assert one.written("de", "en") == other.text and other.written("en", "de") == one.text
    assert one.value("de") == other.value("en")


@pytest.mark.parametrize(
    ("text", "sides", "written"),
    [
        ("3 Mio.", ("de", "en"), "3 million"),
        ("3 Mio", ("de", "en"), "3 million"),
        ("3 Mrd. €", ("de", "en"), "€3 billion"),
        ("80er", ("de", "en"), "80s"),
        ("1990er Jahren", ("de", "en"), "1990s"),
        ("$2bn", ("en", "de"), "2 Milliarden $"),
        ("21st", ("en", "de"), "21."),
        ("21st", ("en", "fr"), "21st"),
        ("1,5 million", ("fr", "en"), "1.5 million"),
        ("1.5 million", ("en", "fr"), "1,5 million"),
        ("2 million", ("en", "fr"), "2 millions"),
        ("2 million", ("en", "tlh"), "2 million"),
        ("5 volts", ("fr", "en"), "5 volts"),
        ("5 volts", ("en", "fr"), "5 volts"),
    ],
)
def test_other_forms_and_languages(text, sides, written):
    (one,) = protected(f"x {text}")
    assert (one.text, one.written(*sides)) == (text, written)


@pytest.mark.parametrize(
    "text", ["1990 Henry", "5 Newton", "3 Millionär", "80s", "2 Voltaire", "4 million's"]
)
def test_what_is_none_of_them(text):
    (one,) = protected(text)
    assert one.written("en", "de") == one.text and "illi" not in one.text and "olt" not in one.text
