"""Positions where a long line may be split."""

from __future__ import annotations

import pytest

from seqkit.text.piece_lines import _sentences, cut, plain_line


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        ("He said “Yes!” Then he left. Did he?", ["He said “Yes!” ", "Then he left. ", "Did he?"]),
        ("Version 3.11 of example.com is out.", ["Version 3.11 of example.com is out."]),
        ("すごい！本当？そうです。はい。", ["すごい!", "本当?", "そうです。", "はい。"]),
        ("क्या हाल है। ठीक है।", ["क्या हाल है। ", "ठीक है।"]),
        ("„Kommst du?“ fragte er. „Ja!“", ["„Kommst du?“ ", "fragte er. ", "„Ja!“"]),
        ("ما اسمك؟ اسمي علي.", ["ما اسمك؟ ", "اسمي علي."]),
    ],
)
def test_a_line_is_cut_after_its_sentences(line, sentences):
    assert _sentences(plain_line(line)) == sentences
    assert "".join(sentences) == plain_line(line)


class OneForAWord:
    """Pieces that know no word: a word is one piece, however long it is. Counts the characters it reads."""

    read = 0

    def ids(self, lines):
        self.read += sum(map(len, lines))
        return [[0] * len(line.split()) for line in lines]


def test_a_long_line_of_unknown_words_is_cut_in_time_that_grows_with_it():
    lines = ["你好。" * n + " Hallo Welt" * 20 for n in (2_000, 20_000)]
    shares = []
    for line in lines:
        pieces = OneForAWord()
        parts = cut(line, pieces, 10)
        assert "".join(parts).replace(" ", "") == line.replace(" ", "")
        assert all(len(part) <= 500 for part in parts)
        shares.append(pieces.read / len(line))
    assert shares[1] < 1.5 * shares[0]
