"""Parts of a file, read separately, yield the records of the whole file, bad records included, for every format."""

from __future__ import annotations

import json
import random

import pytest

from seqkit.batch.cutting import Place, cut
from seqkit.batch.planning import CUTTERS
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors
from seqkit.formats.conllu import treebank
from seqkit.formats.fields import FieldChoice, read_fields
from seqkit.formats.jsonl import read as read_jsonl
from seqkit.formats.plain import read as read_plain
from seqkit.formats.tsv import read as read_tsv
from seqkit.io.segment import Segment
from seqkit.io.text_files import read_lines
from seqkit.tasks.application import Limits
from seqkit.text.words import sentences_from


@pytest.fixture(autouse=True, params=[1, 60, 1 << 17])
def ahead(request, monkeypatch):
    """Number of bytes beyond the limit that a cutter reads first."""
    monkeypatch.setattr("seqkit.batch.cutting.AHEAD", request.param)


def parts_of(data, kind, size, records=1_000_000, block=977, path="x.txt"):
    blocks = (data[start : start + block] for start in range(0, len(data), block))
    found = list(cut(blocks, CUTTERS[kind](Limits(records, size)), Place()))
    segments = [
        Segment(path, one.data, one.start.line, one.start.record, one.start.offset, one.start.byte == 0)
        for one in found
    ]
    assert [one.end for one in found[:-1]] == [
        Place(one.start.byte, other.end.line, one.start.record, one.start.offset)
        for one, other in zip(found[1:], found, strict=False)
    ]
    return segments, found


def whole(data, path="x.txt"):
    return Segment(path, data)


def read_all(reader, segments):
    problems = RecordErrors(skip=True)
    return [one for segment in segments for one in reader(segment, problems)], problems


def text_of(draw, bad):
    """A text with everything that decides where paragraphs end."""
    pieces = []
    for _ in range(draw.randint(1, 120)):
        words = ["Mr. Fox", "said", "«no»", "No.", "Wait...", "\u3000ok。", "été", "1.", "🙂", "x" * 40]
        pieces.append(" ".join(draw.choice(words) for _ in range(draw.randint(1, 12))))
        pieces.append(
            draw.choice(["\n", "\n\n", "\r\n\r\n", "\n \n", " ", "\u2029", "\n\n\n\n  ", "\x85\x85", "\n\t"])
        )
        if bad and draw.random() < 0.05:
            pieces.append("\udcff")
            pieces.append(draw.choice(["", "\n", "\n\n"]))
    text = "".join(pieces)
    return ("\ufeff" * (draw.random() < 0.1) + text).encode("utf-8", "surrogateescape")


def sentence_facts(segments):
    problems = RecordErrors(skip=True)
    found = []
    stretches = (one for segment in segments for one in read_plain(segment, problems))
    for one in sentences_from(stretches, "xx"):
        found.append(
            (one.before, tuple(one.words), tuple(one.spaces), one.offset, one.document, one.where.line)
        )
    return found, problems.skipped


@pytest.mark.parametrize("bad", [False, True])
def test_running_text(bad):
    """Each part is split alone; words, spaces, offsets, documents and lines are those of the whole."""
    draw = random.Random(7)
    several = 0
    for _ in range(60):
        data = text_of(draw, bad)
        expected = sentence_facts([whole(data)])
        segments, _ = parts_of(
            data, "text", draw.choice([100, 300, 1000, 3000]), block=draw.choice([50, 977, 10**6])
        )
        several += len(segments) > 2
        found = [sentence_facts([segment]) for segment in segments]
        assert [fact for facts, _ in found for fact in facts] == expected[0]
        assert sum(count for _, count in found) == expected[1]
    assert several > 20


def test_a_long_paragraph_is_cut_where_it_is_cut_in_the_whole_file():
    line = b"It rains. He stays, as 3.5 of 4 do! " * 30 + b"\n"
    data = line * 400 + b"w" * 250_000 + b"\n" + line * 10
    segments, _ = parts_of(data, "text", 150_000, block=65_536)
    assert len(segments) > 3
    assert [fact for one in segments for fact in sentence_facts([one])[0]] == sentence_facts([whole(data)])[0]


READERS = {
    "lines": lambda path, problems: read_lines(path),
    "jsonl": read_jsonl,
    "conllu": treebank.read,
    "words": read_tsv,
    "fields": lambda path, problems: read_fields(path, FieldChoice("body"), problems),
}


def jsonl(draw, n):
    rows = [json.dumps({"words": ["a", "b" * draw.randint(1, 30)], "body": f"é {n}"}) for n in range(n)]
    rows[n // 2] = '{"words": 3}'
    return ("\n".join(rows) + "\n" * draw.randint(0, 1)).encode()


def csv_text(draw, n):
    rows = ["id,body"]
    for number in range(n):
        body = draw.choice(['"two\nlines"', '"a ""q"", b"', "plain", '5" pipe', "é"])
        rows.append(f"{number},{body}")
    rows.insert(5, "1,2,3")
    return ("\n".join(rows) + "\n").encode()


def table(draw, n):
    return "".join(["id\tbody\n", *(f"{k}\t{'x' * draw.randint(0, 30)}\n" for k in range(n))]).encode()


def conllu(draw, n):
    row = "\t_\t_\tNOUN\t_\t_\t0\troot\t_\t_\n"
    blocks = []
    for number in range(n):
        words = "".join(f"{k}\tw{k}{row}" for k in range(1, draw.randint(2, 6)))
        blocks.append(f"# sent_id = {number}\n{words}\n" + "\n" * (draw.random() < 0.1))
    blocks[3] = "1\tbroken\n\n"
    text = "".join(blocks)
    return (text.replace("\n", "\r\n") if draw.random() < 0.3 else text).encode()


def words(draw, n):
    head = draw.choice(["word\tner\n", ""])
    label = "O" if head else "NOUN"
    return (head + "".join(f"w{k}\t{label}\nx\t{label}\n\n" for k in range(n))).encode()


CASES = [
    ("lines", "lines", lambda draw, n: b"\n".join(b"x" * draw.randint(0, 50) for _ in range(n)), "x.txt"),
    ("lines", "jsonl", jsonl, "x.jsonl"),
    ("lines", "fields", jsonl, "x.jsonl"),
    ("csv", "fields", csv_text, "x.csv"),
    ("table", "fields", table, "x.tsv"),
    ("blocks", "conllu", conllu, "x.conllu"),
    ("words", "words", words, "x.tsv"),
]


@pytest.mark.parametrize(("kind", "reader", "make", "path"), CASES)
def test_records(kind, reader, make, path):
    draw = random.Random(3)
    several = 0
    for _ in range(40):
        data = make(draw, draw.randint(10, 60))
        expected, problems = read_all(READERS[reader], [whole(data, path)])
        size, records = draw.choice([40, 200, 900]), draw.choice([3, 10, 10**6])
        segments, _ = parts_of(data, kind, size, records, draw.choice([30, 977]), path)
        several += len(segments) > 2
        found, also = read_all(READERS[reader], segments)
        assert found == expected and also.skipped == problems.skipped
    assert several > 12


def test_cuts_follow_from_the_bytes_alone():
    data = text_of(random.Random(1), False) * 5
    found = [parts_of(data, "text", 500, block=block)[1] for block in (13, 500, 4096, 10**6)]
    assert all(other == found[0] for other in found[1:])


def test_parts_end_at_multiples_of_the_records():
    _, found = parts_of(b"a\n" * 25, "lines", 1000, records=10)
    assert [one.start.record for one in found] == [0, 10, 20]


def test_a_record_without_end_is_refused(monkeypatch):
    monkeypatch.setattr("seqkit.batch.cutting.LONGEST", 5000)
    with pytest.raises(SeqkitError, match="line 2: a record of more than"):
        parts_of(b"short\n" + b"x" * 500_000 + b"\n", "lines", 100)


def test_cutting_continues_from_a_position():
    data = csv_text(random.Random(5), 50)
    _, found = parts_of(data, "csv", 100)
    for number, one in enumerate(found[1:], 1):
        cutter = CUTTERS["csv"](Limits(10**6, 100))
        rest = iter([data[one.start.byte :]])
        start = found[number - 1].end
        assert list(cut(rest, cutter, start, cutter.header(data))) == found[number:]
