"""Writers of translations: line i of the output belongs to line i of the input."""

import io
import json

from seqkit.examples import Translation
from seqkit.formats.translations import JsonLines, Lines, Table

BEST = [Translation("a\tb\r\nc\u2028d\x85e", -0.123456789, -1.5), Translation("<s> ▁x", -0.2, -3.0)]


def written(writer, **options):
    file = io.BytesIO()
    out = writer(file, **options)
    out.write(1, "eins", BEST)
    out.write(2, "", [])
    out.write(3, "drei", BEST[1:])
    return file.getvalue().decode()


def test_every_translation_gives_one_line():
    assert written(Lines) == "a b c d e\n\n<s> ▁x\n"
    assert len(written(Lines).splitlines()) == 3


def test_the_number_of_lines_is_the_requested_one():
    assert written(Lines, count=2) == "a b c d e\n<s> ▁x\n\n\n<s> ▁x\n\n"


def test_objects():
    rows = [json.loads(line) for line in written(JsonLines).removesuffix("\n").split("\n")]
    assert [row["line"] for row in rows] == [1, 2, 3] and rows[1]["translations"] == []
    assert rows[0]["source"] == "eins"
    assert rows[0]["translations"][0] == {"text": BEST[0].text, "score": -0.123457, "log_prob": -1.5}


def test_a_table_of_scores():
    rows = [line.split("\t") for line in written(Table).split("\n")]
    assert rows[0] == ["line", "rank", "score", "log_prob", "confidence", "familiarity", "agreement", "text"]
    assert rows[1:5] == [
        ["1", "1", "-0.123457", "-1.500000", "", "", "", "a b c d e"],
        ["1", "2", "-0.200000", "-3.000000", "", "", "", "<s> ▁x"],
        ["2", "0", "", "", "", "", "", ""],
        ["3", "1", "-0.200000", "-3.000000", "", "", "", "<s> ▁x"],
    ]
