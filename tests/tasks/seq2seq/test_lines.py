"""Lines of several sentences and protected parts through the shipped models, in numpy and in torch alike."""

from __future__ import annotations

import pytest

import seqkit
from seqkit.decoding.options import DecodingOptions
from seqkit.models.artifact import load_model
from seqkit.tasks.seq2seq.apply import AS_THEY_ARE, LineHandling, translate_lines
from seqkit.tasks.seq2seq.loading import text_models

SENTENCES = ["Ich habe einen Hund.", "Der Hund schläft im Garten.", "Wie spät ist es?"]
HANDLED = LineHandling(model="de-en")
GREEDY = DecodingOptions(beam=1)


@pytest.fixture(scope="module")
def in_torch():
    return [load_model("de-en")]


def translated(models, lines, handling=HANDLED, options=GREEDY):
    return [found[0].text if found else "" for found in translate_lines(models, lines, options, handling)]


def test_a_line_is_translated_sentence_by_sentence_with_its_own_spaces(in_torch):
    alone = translated(in_torch, SENTENCES)
    assert alone == translated(in_torch, SENTENCES, AS_THEY_ARE)
    (line,) = translated(in_torch, ["  ".join(SENTENCES)])
    assert line == "  ".join(alone)


def test_two_hundred_sentences_are_one_line(in_torch):
    (line,) = translated(in_torch, [" ".join([SENTENCES[1]] * 200)])
    assert line == " ".join(translated(in_torch, [SENTENCES[1]]) * 200)


def test_a_segmenter_may_be_named(in_torch):
    handling = LineHandling(segmenter="en-tagger", model="de-en")
    with pytest.raises(seqkit.SeqkitError, match="does not split text"):
        translated(in_torch, SENTENCES, handling)
    rule = LineHandling(segmenter="spacy", model="de-en")
    assert translated(in_torch, [" ".join(SENTENCES)], rule) == translated(in_torch, [" ".join(SENTENCES)])


KEPT = {
    "Der Motor hat 230 Volt und 12 Nm bei 1.234,5 kg.": ["230 volts", "12 Nm", "1,234.5 kg"],
    "Am 12.11.2024 um 14:30 Uhr kostet es 5 €.": ["12.11.2024", "2:30 pm", "€5"],
    "Schreib an tom.x@beispiel.de oder geh auf https://x.org/a?b=1&c=2!": [
        "tom.x@beispiel.de",
        "https://x.org/a?b=1&c=2",
    ],
    "Der <b>kleine</b> Hund **schläft**.": ["<b>", "</b>", "**"],
    "Hallo {name}, du hast %d Nachrichten und `x = 1`.": ["{name}", "%d", "`x = 1`"],
    "⟦0⟧ und ⟦a⟧ sind im Garten.": ["⟦0⟧", "⟦a⟧"],
    "Ich heiße Пётр Ильич.": ["Пётр Ильич"],
    "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 und 11 Hunde.": ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"],
}


@pytest.mark.parametrize("line", KEPT)
def test_protected_parts_come_out_once_and_in_the_form_of_english(line):
    for models in (text_models("de-en"), [load_model("de-en")]):
        (found,) = translated(models, [line], options=DecodingOptions(beam=2))
        rest = found
        for part in sorted(KEPT[line], key=len, reverse=True):
            assert part in rest, (part, found)
            rest = rest.replace(part, " ", 2 if part == "**" else 1)
        assert not any(character.isdigit() for character in rest), found


AS_IT_IS = [
    "https://x.org/a",
    "12345",
    "1.000,5",
    "…",
    "🙂 !",
    "Привет, мир",
    "a@b.de 5 kg",
    "{x} %s",
    "\x07 3",
]


@pytest.mark.parametrize("line", AS_IT_IS)
def test_a_line_without_words_of_the_language_stays(line):
    assert seqkit.translate([line]) == [{"1.000,5": "1,000.5"}.get(line, line)]


@pytest.mark.parametrize(
    "line", ["Il fait beau aujourd'hui.", "Der\tHund\tschläft.", "| a | b |", "- [ ] Der Hund"]
)
def test_odd_lines_give_one_line(line):
    (found,) = seqkit.translate([line])
    assert found.strip() and "\n" not in found


def test_a_sentence_in_capitals_is_translated_as_one_in_lower_case(in_torch):
    lines = ["ICH HABE 3 FREUNDE. Der Hund schläft im Garten.", "Ich habe 3 freunde.", SENTENCES[1]]
    capitals, small, other = translated(in_torch, lines)
    assert capitals == f"{small.upper()} {other}"
    (mail,) = translated(in_torch, ["ICH WOHNE IN 12A UND SCHREIBE AN MAX@EXAMPLE.ORG UM 5 °C."])
    assert all(part in mail for part in ("12A", "MAX@EXAMPLE.ORG", "5 °C")) and mail == mail.upper()
    assert translated(in_torch, ["EU"]) == translated(in_torch, ["EU"], AS_THEY_ARE)


def test_emoji_and_emoticons_stay_at_their_words(in_torch):
    (plain,) = translated(in_torch, [SENTENCES[0]])
    assert translated(in_torch, [f"{SENTENCES[0]} 👍🏽 :-)"]) == [f"{plain} 👍🏽 :-)"]
    assert translated(in_torch, [f"😀 {SENTENCES[0]}"]) == [f"😀 {plain}"]


def test_several_and_drawn_translations_keep_the_parts_too(in_torch):
    line = "Der Hund ist 17 Jahre alt. Er wiegt 23,5 kg."
    for options in (DecodingOptions(beam=3, n_best=3), DecodingOptions(sample=True, n_best=2, seed=3)):
        (found,) = translate_lines(in_torch, [line], options, HANDLED)
        assert len(found) >= 1 and all("17" in one.text and "23.5 kg" in one.text for one in found)
