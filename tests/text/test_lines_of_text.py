"""Where a long line may be cut."""

from __future__ import annotations

import pytest

from seqkit.text.lines import _sentences, plain_line


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        ("He said “Yes!” Then he left. Did he?", ["He said “Yes!” ", "Then he left. ", "Did he?"]),
        ("Version 3.11 of example.com is out.", ["Version 3.11 of example.com is out."]),
        ("すごい！本当？そうです。はい。", ["すごい!", "本当?", "そうです。", "はい。"]),
        ("क्या हाल है। ठीक है।", ["क्या हाल है। ", "ठीक है।"]),
        ("ما اسمك؟ اسمي علي.", ["ما اسمك؟ ", "اسمي علي."]),
    ],
)
def test_a_line_is_cut_after_its_sentences(line, sentences):
    assert _sentences(plain_line(line)) == sentences
    assert "".join(sentences) == plain_line(line)
