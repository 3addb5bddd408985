"""Built-in tasks through `Task.read`, `apply` and `writer`: the outputs of the commands, whole or in parts."""

from __future__ import annotations

import io

import pytest

from seqkit.examples import RecordErrors
from seqkit.extend.manager import load, registry
from seqkit.io.segment import Segment
from seqkit.tasks import ApplyRequest, Limits, Reading
from seqkit.tasks.application import Chunk, chunks

TEXT = "Time flies. She left, as he\nsaid.\n\n\tA new paragraph: it rains. Does it?\n\nThe end\n"


def task_and_request(name, model, reading=None, **options):
    spec = registry().find("tasks", name)
    return load(spec.implementation)(), ApplyRequest(
        model, spec.application(**options), reading=reading or Reading()
    )


def written(task, request, model, paths, format, limits=None):
    out, problems = io.BytesIO(), RecordErrors(skip=True)
    writer = task.writer(format, out, request)
    for path in paths:
        items = task.read(path, request, problems)
        for chunk in chunks(items, limits or task.limits, task.size):
            outputs = task.apply(model, chunk, request)
            for number, (item, output) in enumerate(zip(chunk.items, outputs, strict=True)):
                writer.write(chunk.first + number, item, output)
    writer.close()
    return out.getvalue()


@pytest.fixture(scope="module")
def tagger():
    task, request = task_and_request("tagging", "en-tagger")
    return task.load_for(request)


@pytest.mark.parametrize("format", ["conllu", "jsonl", "tsv"])
def test_tagging_a_file_equals_the_command(seqkit, tagger, tmp_path, format):
    path = tmp_path / "a.txt"
    path.write_text(TEXT)
    assert seqkit("tag", path, "-o", tmp_path / f"a.{format}").code == 0
    task, request = task_and_request("tagging", "en-tagger")
    expected = (tmp_path / f"a.{format}").read_bytes()
    assert written(task, request, tagger, [str(path)], format) == expected
    assert written(task, request, tagger, [str(path)], format, Limits(1, 1)) == expected
    cut = TEXT.index("A new")
    first, second = TEXT[:cut].encode(), TEXT[cut:].encode()
    parts = [
        Segment(str(path), first),
        Segment(str(path), second, line=4, offset=cut, begins=False),
    ]
    assert written(task, request, tagger, parts, format) == expected


def test_a_field_of_records_is_tagged_and_others_are_carried_through(tagger, tmp_path):
    import json

    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 7, "body": "She left. He stays.", "lang": "en"}\n{"id": 8}\n')
    reading = Reading(text_field="body", id_field="id", keep=("lang",))
    task, request = task_and_request("tagging", "en-tagger", reading, label="upos")
    rows = [json.loads(line) for line in written(task, request, tagger, [str(path)], "jsonl").splitlines()]
    assert [row["words"] for row in rows] == [["She", "left", "."], ["He", "stays", "."]]
    assert [row.get("document") for row in rows] == ["7", None] and {row["lang"] for row in rows} == {"en"}


def test_translations_of_parts_are_those_of_the_whole(seqkit, tmp_path):
    path = tmp_path / "a.txt"
    lines = ["Ein Hund schläft.", "", "Zwei Kinder spielen im Garten.", "Eine Frau läuft."]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    draw = ("--sample", "--seed", "3", "--n-best", "2", "--format", "jsonl")
    command = seqkit("translate", "-m", "de-en", path, *draw)
    options = {"sample": True, "seed": 3, "n_best": 2}
    task, request = task_and_request("seq2seq", "de-en", **options)
    model = task.load_for(request)
    assert written(task, request, model, [str(path)], "jsonl").decode() == command.out
    cut = ["\n".join(part).encode() + b"\n" for part in (lines[:2], lines[2:])]
    parts = [Segment(str(path), cut[0]), Segment(str(path), cut[1], line=3, record=2, begins=False)]
    assert written(task, request, model, parts, "jsonl").decode() == command.out


def test_chunks_also_end_at_multiples_of_their_records():
    found = list(chunks("abcdefgh", Limits(4, 100), len, first=2))
    assert found == [Chunk(["a", "b"], 2), Chunk(["c", "d", "e", "f"], 4), Chunk(["g", "h"], 8)]
    assert [len(one.items) for one in chunks(["aa", "aa", "a"], Limits(4, 3), len)] == [2, 1]


def test_a_doc_of_spacy_gets_the_labels(tagger):
    import spacy

    doc = spacy.blank("en")("She left Berlin. \n He stays.")
    task, request = task_and_request("tagging", "en-tagger")
    items = task.items_of(doc)
    task.annotate(doc, task.apply(tagger, Chunk(items), request))
    found = {token.text: token.pos_ for token in doc if not token.is_space}
    assert found["She"] == "PRON" and found["left"] == "VERB" and found["stays"] == "VERB"
    assert doc[1].morph.get("Tense") == ["Past"] and doc[1].tag_ == "VBD"


def test_records_of_one_name_keep_their_own_sentences(tagger, tmp_path):
    import json

    path = tmp_path / "a.jsonl"
    rows = [
        {"id": "x", "body": text, "n": n}
        for n, text in enumerate(["She left. He stays.", "It rains.", "A dog."])
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    reading = Reading(text_field="body", id_field="id", keep=("n",))
    task, request = task_and_request("tagging", "en-tagger", reading, label="upos")
    found = [json.loads(line) for line in written(task, request, tagger, [str(path)], "jsonl").splitlines()]
    assert [(row["words"][0], row["n"]) for row in found] == [("She", 0), ("He", 0), ("It", 1), ("A", 2)]
