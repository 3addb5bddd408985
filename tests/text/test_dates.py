"""Times of day and dates. The forms are those of CLDR; the values are those of the standard library's datetime."""

from datetime import date, time

import pytest

from seqkit.tasks.seq2seq.substitutes import masked
from seqkit.text.dates import MONTHS, is_written, placed
from seqkit.text.placeholders import agreeing
from seqkit.text.protected import NUMBER, Finder, protected

TO_ENGLISH = {
    "17:30 Uhr": "5:30 pm",
    "17.30 Uhr": "5:30 pm",
    "14 Uhr 30": "2:30 pm",
    "20.00 Uhr": "8:00 pm",
    "0:05 Uhr": "12:05 am",
    "24 Uhr": "12 am",
    "7 Uhr": "7 o'clock",
    "2.30 Uhr": "2:30",
    "14 bis 16 Uhr": "2 pm to 4 pm",
    "9–17 Uhr": "9 am–5 pm",
    "zwischen 14 und 16 Uhr": "between 2 pm and 4 pm",
    "von 9 Uhr bis 11 Uhr": "from 9 to 11 o'clock",
    "7 und 9 Uhr": "7 and 9 o'clock",
    "4. Juli": "July 4",
    "12. Mai 1990": "May 12, 1990",
    "März 2001": "March 2001",
}
TO_GERMAN = {
    "5:30 p.m.": "17:30 Uhr",
    "6:15 am": "6:15 Uhr",
    "8PM": "20 Uhr",
    "12 a.m.": "0 Uhr",
    "12 p.m.": "12 Uhr",
    "12:30 AM": "0:30 Uhr",
    "7 o'clock": "7 Uhr",
    "9 to 5 pm": "9 bis 17 Uhr",
    "9 a.m. to 5 p.m.": "9 bis 17 Uhr",
    "9am-5pm": "9-17 Uhr",
    "from 1 to 3 pm": "von 13 bis 15 Uhr",
    "from 7 PM until 4 AM": "von 19 bis 4 Uhr",
    "Between 11 and 1 pm": "Zwischen 11 und 13 Uhr",
    "2 and 4 p.m.": "14 und 16 Uhr",
    "July 4th": "4. Juli",
    "4th of July": "4. Juli",
    "May 12, 1990": "12. Mai 1990",
    "12 May 1990": "12. Mai 1990",
    "March 2001": "März 2001",
    "October of 2003": "Oktober 2003",
}


@pytest.mark.parametrize(
    ("sides", "text", "written"),
    [(("de", "en"), *row) for row in TO_ENGLISH.items()]
    + [(("en", "de"), *row) for row in TO_GERMAN.items()],
)
def test_german_and_english(sides, text, written):
    (one,) = protected(f"x {text} on")
    assert (one.text, one.kind, one.written(*sides)) == (text, NUMBER, written)
    if len(others := protected(f"x {written} on")) == 1:
        assert others[0].value(sides[1]) == one.value(sides[0]), "the translation is the same moment"
        assert is_written(written, sides[1]) == (written != "2:30")


@pytest.mark.parametrize("hour", range(24))
def test_each_hour_of_the_day(hour):
    moment = time(hour, 45)
    english = f"{moment:%I:%M %p}".lstrip("0")
    (one,) = protected(f"at {english}.")
    assert one.written("en", "de") == f"{hour}:45 Uhr"
    (other,) = protected(f"um {hour}:45 Uhr.")
    assert other.written("de", "en") in (
        english.lower(),
        english.lower().removesuffix(" am"),
        english.lower()[:-3],
    )


@pytest.mark.parametrize("month", range(1, 13))
def test_each_month(month):
    day = date(1999, month, 2 * month)
    (one,) = protected(f"on {day:%B} {day.day}, 1999.")
    assert one.value("en") == f"1999-{month}-{day.day}"
    assert one.written("en", "de") == f"{day.day}. {MONTHS['de'][month - 1]} 1999"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tor 3 am Flughafen", ["3"]),
        ("Am 3. am Montag", ["3"]),
        ("I am 5 am I", ["5"]),
        ("12. Maier", ["12"]),
        ("You may 12 times", ["12"]),
        ("May 1–5", ["1–5"]),
        ("32. Mai, November 53", ["32", "53"]),
        ("Es ist 12.05.2020 Uhr", ["12.05.2020"]),
        ("at 5 p.m.", ["5 p.m"]),
    ],
)
def test_what_is_none_of_them(text, found):
    assert [one.text for one in protected(text)] == found


@pytest.mark.parametrize(("text", "sides"), [("27 Uhr", ("de", "en"))])
def test_a_day_or_hour_that_is_none_stays(text, sides):
    (one,) = protected(text)
    assert one.written(*sides) == text


def test_the_model_translates_the_words_between_languages_without_a_row():
    """English to French: "July 4th" must not stay in English, so only its number is protected."""
    text = "On July 4th at 5:30 p.m., 12 May 1990, and 14 Uhr"
    find = Finder(lambda _: True, ("en", "fr"))
    assert [one.text for one in find(text)] == ["4th", "5:30", "12", "1990", "14"]
    assert [one.text for one in Finder(lambda _: True, ("en", "de-AT"))(text)][:2] == [
        "July 4th",
        "5:30 p.m.",
    ]
    pairs = agreeing("Le 4 mai à 14:30.", "On May 4, at 14:30.", ("fr", "en"))
    assert [(one.text, other.text) for one, other in pairs] == [("4", "4"), ("14:30", "14:30")]


def test_one_language_keeps_the_form():
    (one,) = protected("July 4th")
    assert one.written("en", "en-GB") == "July 4th"


@pytest.mark.parametrize(
    ("text", "part", "side", "new"),
    [
        ("um ⟦0⟧ Uhr zu", "17:30 Uhr", "de", "um 17:30 Uhr zu"),
        ("ab ⟦0⟧", "17 Uhr", "de", "ab 17 Uhr"),
        ("Es ist ⟦0⟧.", "17 Uhr", "de", "Es ist 17 Uhr."),
        ("In ⟦0⟧ bei", "17 Uhr", "de", "Um 17 Uhr bei"),
        ("Er ging ⟦0⟧", "zwischen 2 und 4 Uhr", "de", "Er ging zwischen 2 und 4 Uhr"),
        ("at ⟦0⟧ o'clock.", "5:30 pm", "en", "at 5:30 pm."),
        ("in ⟦0⟧ we", "5:30 pm", "en", "at 5:30 pm we"),
        ("⟦0⟧ endete es", "12. Mai 1990", "de", "Am 12. Mai 1990 endete es"),
        ("Auf den ⟦0⟧ endete es", "12. Mai 1990", "de", "Am 12. Mai 1990 endete es"),
        ("Von den ⟦0⟧ an", "1. Mai", "de", "Vom 1. Mai an"),
        ("Sie ist ⟦0⟧ geboren", "März 2001", "de", "Sie ist im März 2001 geboren"),
        ("in ⟦0⟧ gezogen", "März 2001", "de", "Im März 2001 gezogen"),
        ("seit ⟦0⟧", "März 2001", "de", "seit März 2001"),
        ("Montag, ⟦0⟧", "1. Mai", "de", "Montag, 1. Mai"),
        ("Nur den ⟦0⟧", "1. Mai", "de", "Nur den 1. Mai"),
        ("on the ⟦0⟧.", "July 4", "en", "on the 4th of July."),
        ("in the ⟦0⟧", "May 22, 1990", "en", "on the 22nd of May 1990"),
        ("at ⟦0⟧", "July 4", "en", "on July 4"),
        ("on in the ⟦0⟧", "July 4", "en", "on the 4th of July"),
        ("seit ⟦0⟧ Uhr hier", "Mai 1916", "de", "seit Mai 1916 hier"),
        ("In the ⟦0⟧", "March 2001", "en", "In March 2001"),
        ("in ⟦0⟧ cars", "20", "en", "in 20 cars"),
    ],
)
def test_words_before_and_after(text, part, side, new):
    before, _, after = text.partition("⟦0⟧")
    assert "".join(placed(before, part, after, side)) == new


def test_an_english_day_is_put_in_with_its_article():
    text = "On July 4th, not the 5th of July, at 7 pm."
    one = masked(text, protected(text), ("en", "de"), ("⟦0⟧", "⟦1⟧", "⟦2⟧"))
    assert one.text == "On the ⟦0⟧, not the ⟦1⟧, at ⟦2⟧."
    assert one.written == ("4. Juli", "5. Juli", "19 Uhr")
