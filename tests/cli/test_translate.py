"""`seqkit translate`, on good and on bad input, with a model that was trained in seconds."""

from __future__ import annotations

import gzip
import json

import pytest
from sacrebleu import sentence_chrf

from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.attention import alignment
from seqkit.models.artifact import load_model
from seqkit.tasks.seq2seq.apply import translate_lines

TEXT = "Der Hund schläft im Garten.\n\nDie Katze trinkt die Milch.\n   \nDer Hund frisst das Brot.\n"
"""Sentences of the training, and two lines without text."""
ENGLISH = ["The dog sleeps in the garden.", "", "The cat drinks the milk.", "", "The dog eats the bread."]


def test_one_line_in_one_line_out_and_empty_ones_in_place(translate):
    result = translate(stdin=TEXT.encode())
    assert (result.code, result.err) == (0, "")
    assert result.out == "".join(f"{line}\n" for line in ENGLISH)


def test_text_files_gz_and_stdin_give_the_same(translate, tmp_path):
    plain, packed = tmp_path / "in.de", tmp_path / "in.txt.gz"
    plain.write_text(TEXT, encoding="utf-8")
    packed.write_bytes(gzip.compress(TEXT.encode()))
    expected = translate(stdin=TEXT.encode()).out
    for result in (
        translate(plain),
        translate(packed),
        translate("-", stdin=TEXT.encode()),
        translate("--text", TEXT),
        translate("--file", plain),
        translate(stdin=TEXT.replace("\n", "\r\n").encode()),
        translate(stdin=TEXT.removesuffix("\n").encode()),
    ):
        assert result == (0, expected, "")
    both = translate(plain, "Der Hund frisst das Brot.")
    assert both.out == expected + "The dog eats the bread.\n"
    assert translate(stdin=b"").out == ""


def test_output_to_a_file_is_whole(translate, tmp_path):
    out = tmp_path / "out.en"
    assert translate("-o", out, stdin=TEXT.encode()) == (0, "", "")
    assert out.read_text() == "".join(f"{line}\n" for line in ENGLISH)
    assert list(tmp_path.iterdir()) == [out]
    before = out.read_bytes()
    result = translate("-o", out, stdin=TEXT.encode() + b"\xff\xfe\n")
    assert result.code == 1 and "6" in result.err
    assert out.read_bytes() == before and list(tmp_path.iterdir()) == [out]


def test_a_line_that_is_not_text_is_skipped_in_place_and_counted(translate):
    result = translate("--skip-bad", stdin=b"\xff\n" + TEXT.encode())
    assert result.code == 0 and "1 bad record" in result.err
    assert result.out.splitlines() == ["", *ENGLISH]


def test_n_best_with_scores_as_json_lines(translate, sample_translator, tmp_path):
    out = tmp_path / "out.jsonl"
    assert translate("--n-best", "3", "--scores", "-o", out, stdin=TEXT.encode()).code == 0
    records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [record["line"] for record in records] == [1, 2, 3, 4, 5]
    assert [record["source"] for record in records] == TEXT.splitlines()
    assert records[1]["translations"] == records[3]["translations"] == []
    lines = translate_lines(
        [load_model(str(sample_translator))], TEXT.splitlines(), DecodingOptions(n_best=3)
    )
    for record, expected in zip(records, lines, strict=True):
        found = record["translations"]
        assert [t["text"] for t in found] == [t.text for t in expected]
        assert [t["score"] for t in found] == pytest.approx([t.score for t in expected], abs=1e-5)
        assert [t["log_prob"] for t in found] == pytest.approx([t.log_prob for t in expected], abs=1e-5)
        scores = [t["score"] for t in found]
        assert scores == sorted(scores, reverse=True)
        assert len({t["text"] for t in found}) == len(found)


def test_n_best_as_text_and_as_a_table(translate):
    lines = translate("--n-best", "2", stdin=TEXT.encode()).out.split("\n")
    assert lines[::2][:5] == ENGLISH and len(lines) == 11
    header, *rows = translate("--n-best", "2", "--format", "tsv", stdin=TEXT.encode()).out.splitlines()
    assert header == "line\trank\tscore\tlog_prob\tconfidence\tfamiliarity\tagreement\ttext"
    table = [row.split("\t") for row in rows]
    assert [(line, rank) for line, rank, *_ in table] == [
        ("1", "1"),
        ("1", "2"),
        ("2", "0"),
        ("3", "1"),
        ("3", "2"),
        ("4", "0"),
        ("5", "1"),
        ("5", "2"),
    ]
    assert all(len(row) == 8 for row in table)


def test_scores_as_parquet(translate, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    out = tmp_path / "out.parquet"
    assert translate("--scores", "-o", out, stdin=TEXT.encode()).code == 0
    rows = parquet.read_table(out).to_pylist()
    assert [row["text"] for row in rows] == ENGLISH
    assert [row["log_prob"] is None for row in rows] == [not text for text in ENGLISH]


def test_beam_and_length_penalty_reach_the_search(translate, sample_translator):
    model, source = load_model(str(sample_translator)), "Wo ist der Garten mit dem Buch?"
    line = ["--beam", "8", "--length-penalty", "0.2", "--n-best", "8", "--format", "jsonl", source]
    record = json.loads(translate(*line).out)
    (expected,) = translate_lines([model], [source], DecodingOptions(8, 8, 0.2))
    assert [t["text"] for t in record["translations"]] == [t.text for t in expected]
    for t in record["translations"]:
        length = t["log_prob"] / t["score"]
        assert length > 1, "divided by length ** 0.2"


def test_draws_repeat_with_their_seed(translate):
    line = ["--sample", "--temperature", "2", "--top-p", "0.98", "--n-best", "4", "Wo ist das Kind?"]
    first = translate(*line, "--seed", "3").out
    assert translate(*line, "--seed", "3").out == first != translate(*line, "--seed", "4").out
    assert len(set(first.splitlines())) > 1 and len(first.splitlines()) == 4


def test_a_sample_depends_only_on_the_number_of_its_line(translate):
    line = ["--sample", "--temperature", "2", "--seed", "3"]
    alone = translate(*line, "Die Frau liest ein Buch.").out
    result = translate(*line, stdin=b"Die Frau liest ein Buch.\nDer Hund.\nWo ist das Kino?\n")
    assert result.out.startswith(alone)


def test_mbr_takes_the_draw_most_like_the_others(translate):
    drawing = ["--temperature", "2", "--seed", "5"]
    drawn = translate("--sample", "--n-best", "12", *drawing, "Wo ist das Kind?").out.splitlines()
    (best,) = translate("--mbr", "12", *drawing, "Wo ist das Kind?").out.splitlines()
    worth = {one: sum(sentence_chrf(one, [other]).score for other in drawn) for one in drawn}
    assert worth[best] == pytest.approx(max(worth.values()))
    assert translate("--mbr", "12", "--utility", "bleu", *drawing, "Wo ist das Kind?").code == 0


def test_a_prefix(translate):
    result = translate("--prefix", "The animal", "Der Hund schläft im Garten.", "Die Katze trinkt die Milch.")
    assert result.code == 0
    lines = result.out.splitlines()
    assert len(lines) == 2 and all(line.startswith("The animal") for line in lines)


def test_a_prefix_begins_a_long_line_once(translate):
    long = "Der Hund schläft im Garten. " * 60
    assert translate("--prefix", "My cat", long).out.count("My cat") == 1


def test_a_prefix_that_cannot_be_written(translate):
    result = translate("--prefix", "The 漢字", "Der Hund.")
    assert (result.code, result.out) == (2, "") and "cannot write '漢字'" in result.err


def test_two_models_vote(seqkit, sample_translator):
    result = seqkit("translate", "-m", sample_translator, "-m", sample_translator, stdin=TEXT.encode())
    assert result.out.splitlines() == ENGLISH


def test_a_picture_of_the_attention(translate, sample_translator, tmp_path):
    picture = tmp_path / "attention.png"
    result = translate("--attention", picture, stdin=TEXT.encode())
    assert result.code == 0 and result.out.splitlines() == ENGLISH
    assert picture.read_bytes().startswith(b"\x89PNG")
    model = load_model(str(sample_translator))
    found = alignment(model, {"text": TEXT.splitlines()[0]}, ENGLISH[0])
    assert found.weights_TS.shape == (len(found.target), len(found.source))
    assert found.weights_TS.sum(1) == pytest.approx(1.0, abs=1e-5)
    assert "".join(found.source).replace("▁", " ").strip() == "Der Hund schläft im Garten.</s>"


@pytest.mark.parametrize("name", ["attention.docx", "attention"])
def test_a_picture_in_no_known_format(translate, tmp_path, name):
    result = translate("--attention", tmp_path / name, "Der Hund.")
    if name == "attention":
        assert result.code == 0 and (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    else:
        assert (result.code, result.out) == (2, "") and ".docx" in result.err


def test_of_parallel_json_the_side_that_the_model_reads_is_translated(translate, tmp_path):
    source = tmp_path / "pairs.jsonl"
    pairs = zip(TEXT.splitlines(), ENGLISH, strict=True)
    source.write_text("".join(json.dumps({"en": en, "de": de}) + "\n" for de, en in pairs))
    assert translate(source).out == "".join(f"{line}\n" for line in ENGLISH)


def test_a_number_format_of_taggers_is_refused(translate):
    result = translate("--inference-dtype", "int8", "Hallo.")
    assert (result.code, result.out) == (2, "")
    assert "int8" in result.err and "float32" in result.err
