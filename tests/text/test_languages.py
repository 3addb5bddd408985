"""Languages and scripts without blanks."""

import unicodedata

import pytest

from seqkit.text.languages import UNSPACED, is_unspaced, language_of, writes_blanks


@pytest.mark.parametrize(
    "text",
    ["時は飛ぶように過ぎる。", "ไทยไม่เว้นวรรค", "ខ្មែរ", "ພາສາລາວ", "မြန်မာ", "བོད་ཡིག", "ㄅㄆㄇ"],
)
def test_scripts_that_write_no_blanks(text):
    assert is_unspaced(text)


@pytest.mark.parametrize("text", ["", "Time flies.", "한국어는 띄어쓴다", "время летит", "वह घर गया"])
def test_scripts_that_write_blanks(text):
    assert not is_unspaced(text)


def test_the_ranges_hold_only_letters_of_these_scripts():
    scripts = ("THAI", "LAO", "TIBETAN", "MYANMAR", "KHMER", "HIRAGANA", "KATAKANA", "CJK", "BOPOMOFO")
    first = [unicodedata.name(chr(ord(low) + 1)) for low, _ in UNSPACED]
    assert all(name.startswith(scripts) for name in first)


def test_codes_of_two_and_three_letters():
    assert language_of("jpn") == language_of("ja-JP") == "ja"
    assert not writes_blanks("cmn") and writes_blanks("kor") and writes_blanks("tlh")
