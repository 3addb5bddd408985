"""Every input and output format of `seqkit batch`, and every task: outputs are those of the single command."""

from __future__ import annotations

import csv
import gzip
import json
import sys
import zipfile

import pytest

TEXTS = ["Ein Hund schläft.", "", "Zwei Kinder spielen im Garten.", "Eine Frau läuft. Sie ist müde.", "Ja."]
ENGLISH = ["She left. He stays.", "", "Time flies.", "A dog sleeps here.", 'It "rains", they say.']
QUICK = ("--beam", "1")


@pytest.fixture
def zstd():
    return pytest.importorskip("backports.zstd")


@pytest.fixture
def arrow():
    pytest.importorskip("pyarrow")
    import pyarrow.parquet

    return pyarrow


def write_jsonl(path, texts, opened=open):
    with opened(path, "wt", encoding="utf-8") as file:
        for number, text in enumerate(texts):
            row = {"id": f"d{number}", "body": text, "n": number, "x": [1.5, None]}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("suffix", ["", ".zst", ".bz2", ".xz", ".gz"])
def test_translations_are_added_to_json_lines_packed_or_not(batch, seqkit, tmp_path, rows_of, zstd, suffix):
    import bz2
    import lzma

    opened = {"": open, ".zst": zstd.open, ".bz2": bz2.open, ".xz": lzma.open, ".gz": gzip.open}[suffix]
    source = tmp_path / f"reviews.jsonl{suffix}"
    write_jsonl(source, TEXTS, opened)
    out = tmp_path / "out"
    options = ("--text-field", "body", *QUICK)
    result = batch("translate", source, "-o", out, *options, "--part-size", "60")
    assert result.code == 0, result.err
    with opened(out / source.name, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    assert [row.pop("translation") != "" for row in rows] == [bool(text) for text in TEXTS]
    plain = tmp_path / "plain.jsonl"
    write_jsonl(plain, TEXTS)
    assert rows == rows_of(plain)
    single = tmp_path / "single.jsonl"
    assert seqkit("translate", source, "-o", single, *options).code == 0
    with opened(out / source.name, "rt", encoding="utf-8") as file:
        assert file.read() == single.read_text(encoding="utf-8")


def test_csv_and_tables_keep_their_columns(batch, tmp_path):
    for name, dialect in (("a.csv", "excel"), ("b.tsv", "excel-tab")):
        with open(tmp_path / name, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, dialect, lineterminator="\n")
            writer.writerow(["id", "body", "n"])
            writer.writerows([f'd,"{number}"', text, number] for number, text in enumerate(TEXTS * 3))
        out = tmp_path / f"out-{name}"
        arguments = ("--text-field", "body", "--into", "english", "--drop", "n", "--part-size", "80")
        result = batch("translate", tmp_path / name, "-o", out, *arguments, *QUICK)
        assert result.code == 0, result.err
        with open(out / name, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, dialect=dialect))
        assert list(rows[0]) == ["id", "body", "english"] and [row["body"] for row in rows] == TEXTS * 3
        assert [bool(row["english"]) for row in rows] == [bool(text) for text in TEXTS] * 3
        if name == "a.csv":
            assert rows[1]["id"] == 'd,"1"'


@pytest.mark.parametrize(
    ("format", "n_best"), [("jsonl", 1), ("jsonl", 2), ("csv", 1), ("parquet", 1), ("parquet", 2)]
)
def test_agreement_is_another_field_of_records(batch, seqkit, tmp_path, arrow, format, n_best):
    source = tmp_path / "a.jsonl"
    rows = [{"id": f"d{number}", "body": text} for number, text in enumerate(["", *TEXTS])]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    out, single = tmp_path / "out", tmp_path / f"single.{format}"
    options = ("--text-field", "body", "--agreement", "4", "--seed", "3", "--n-best", str(n_best))
    size = ("--format", format, "--part-size", "30")
    result = batch("translate", source, "-o", out, *options, *size, "--beam", "2")
    assert result.code == 0, result.err
    assert seqkit("translate", source, "-o", single, *options, "--beam", "2").code == 0
    made = out / f"a.{format}"
    if format == "parquet":
        found = arrow.parquet.read_table(made).to_pylist()
        assert found == arrow.parquet.read_table(single).to_pylist()
    else:
        assert made.read_bytes() == single.read_bytes()
        with open(made, encoding="utf-8") as file:
            found = list(csv.DictReader(file)) if format == "csv" else [json.loads(line) for line in file]
    for row in found:
        values = row["translation_agreement"]
        assert list(row) == ["id", "body", "translation", "translation_agreement"]
        if not row["body"]:
            assert values in ("", None, [])
            continue
        shares = [float(value) for value in (values if n_best > 1 else [values])]
        assert len(shares) == n_best and all(0 < share <= 1 for share in shares)


def test_agreement_of_lines_needs_a_format_with_scores(batch, seqkit, tmp_path):
    (tmp_path / "a.txt").write_text("Ein Hund schläft.\n\nJa.\n", encoding="utf-8")
    options = ("--agreement", "4", *QUICK)
    result = batch("translate", tmp_path / "a.txt", "-o", tmp_path / "out", *options)
    assert result.code == 0, result.err
    assert seqkit("translate", tmp_path / "a.txt", "-o", tmp_path / "single.tsv", *options).code == 0
    assert (tmp_path / "out" / "a.tsv").read_bytes() == (tmp_path / "single.tsv").read_bytes()
    result = batch("translate", tmp_path / "a.txt", "-o", tmp_path / "out2", *options, "--format", "text")
    assert result.code == 2 and "--format text: not for outputs of" in result.err
    assert "Choose one of tsv, jsonl, parquet" in result.err


def test_parquet_in_and_out(batch, seqkit, tmp_path, arrow):
    source = tmp_path / "a.parquet"
    rows = [{"id": f"d{number}", "body": text, "n": number} for number, text in enumerate(ENGLISH * 20)]
    arrow.parquet.write_table(arrow.Table.from_pylist(rows), source, row_group_size=30)
    out = tmp_path / "out"
    fields = ("--text-field", "body", "--id-field", "id", "--keep", "n")
    result = batch("tag", source, "-o", out, *fields, "--part-size", "500")
    assert result.code == 0, result.err
    found = arrow.parquet.read_table(out / "a.parquet").to_pylist()
    assert json.loads((out / "_SUCCESS").read_text())["parts"] >= 4
    texts = {}
    for row in found:
        assert len(row["words"]) == len(row["upos"]) == len(row["spaces"])
        texts.setdefault(row["n"], []).append(row["text"])
    assert {n: "".join(parts) for n, parts in texts.items()} == {
        row["n"]: row["body"] for row in rows if row["body"]
    }
    assert [row["document"] for row in found if row["document"]] == [row["id"] for row in rows if row["body"]]
    single = tmp_path / "single.parquet"
    assert seqkit("tag", source, "-o", single, *fields).code == 0
    assert arrow.parquet.read_table(single).to_pylist() == found
    polars = pytest.importorskip("polars")
    assert polars.read_parquet(out / "a.parquet")["words"].to_list() == [row["words"] for row in found]
    duckdb = pytest.importorskip("duckdb")
    ((counted,),) = duckdb.sql(f"select sum(len(upos)) from '{out / 'a.parquet'}'").fetchall()
    assert counted == sum(len(row["words"]) for row in found)


def test_members_of_a_zip_file_and_treebanks(batch, seqkit, tmp_path):
    tagged = tmp_path / "gold.conllu"
    assert seqkit("tag", "She left. He stays.", "-o", tagged).code == 0
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("in/a.txt", "Time flies.\n\nShe left.\n" * 5)
        archive.write(tagged, "gold.conllu")
    out = tmp_path / "out"
    assert batch("tag", tmp_path / "all.zip", "-o", out, "--part-size", "60").code == 0
    for member, name in (("in/a.txt", "in/a.conllu"), ("gold.conllu", "gold.conllu")):
        expected = tmp_path / "expected.conllu"
        assert seqkit("tag", f"{tmp_path}/all.zip/{member}", "-o", expected).code == 0
        assert (out / "all.zip" / name).read_bytes() == expected.read_bytes()


@pytest.mark.parametrize("format", ["jsonl", "tsv", "spacy"])
def test_outputs_in_other_formats(batch, seqkit, tmp_path, format):
    (tmp_path / "a.txt").write_text("She left. He stays.\n\nTime flies.\n\n" * 8)
    out = tmp_path / "out"
    assert batch("tag", tmp_path / "a.txt", "-o", out, "--format", format, "--part-size", "90").code == 0
    single = tmp_path / f"single.{format}"
    assert seqkit("tag", tmp_path / "a.txt", "-o", single).code == 0
    if format != "spacy":
        assert (out / f"a.{format}").read_bytes() == single.read_bytes()
        return
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    pieces = sorted(out.glob("a-*.spacy"))
    assert [path.name for path in pieces][:2] == ["a-00001.spacy", "a-00002.spacy"]

    def words(paths):
        docs = [doc for path in paths for doc in DocBin().from_disk(path).get_docs(Vocab())]
        return [[(token.text, token.pos_) for token in doc] for doc in docs]

    assert words(pieces) == words([single])
    assert batch("verify", out).code == 0


def test_words_split_already_and_probabilities(batch, seqkit, tmp_path):
    (tmp_path / "a.txt").write_text("She left .\n\nHe stays . Yes\n" * 6)
    out = tmp_path / "out"
    arguments = ("--pretokenized", "--format", "jsonl", "--probabilities", "--label", "upos")
    assert batch("tag", tmp_path / "a.txt", "-o", out, *arguments, "--part-size", "50").code == 0
    single = seqkit("tag", tmp_path / "a.txt", *arguments, "--pretokenized")
    shown, expected = (out / "a.jsonl").read_text(), single.out
    assert [json.loads(one)["upos"] for one in shown.splitlines()] == [
        json.loads(one)["upos"] for one in expected.splitlines()
    ]


def test_a_pipeline_labels_a_corpus(batch, tmp_path, tiny_pipeline):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text("The dog sleeps. She left.\n\nTime flies.\n\n" * 4)
    out = tmp_path / "silver"
    arguments = ("--spacy", tiny_pipeline, "--part-size", "80")
    result = batch("label", tmp_path / "raw", "-o", out, *arguments)
    assert result.code == 0, result.err
    text = (out / "a.conllu").read_text()
    assert text.count("# labels = silver: en_tiny 1.2") == text.count("# text = ") == 12
    assert batch("label", tmp_path / "raw", "-o", tmp_path / "s2", *arguments, "--format", "spacy").code == 0
    assert len(list((tmp_path / "s2").glob("a-*.spacy"))) > 1
    (tmp_path / "raw" / "b.txt").write_text("Time flies.\n")
    # Small files share a part; their outputs have names of the same form.
    arguments = ("--spacy", tiny_pipeline, "--format", "spacy")
    assert batch("label", tmp_path / "raw", "-o", tmp_path / "s4", *arguments).code == 0
    assert sorted(path.name for path in (tmp_path / "s4").glob("*.spacy")) == [
        "a-00001.spacy",
        "b-00001.spacy",
    ]
    result = batch("label", tmp_path / "raw", "-o", tmp_path / "s3")
    assert result.code == 2 and "--spacy" in result.err


def test_prompts_are_continued(batch, seqkit, tmp_path, rows_of):
    text = tmp_path / "train.txt"
    text.write_text("the cat sat on the mat\nthe dog sat on the log\n" * 30)
    quick = ("epochs=1", "hidden=8", "embedding_size=4", "threads=1")
    model = tmp_path / "lm"
    settings = [part for one in quick for part in ("--set", one)]
    assert seqkit("train", "lm", "--train", text, "--out", model, *settings).code == 0
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("the cat\n\nthe dog\nthe cat\n")
    arguments = ("--model", model, "--length", "8", "--seed", "5")
    for out, size in (("a", "8"), ("b", "1000")):
        result = batch("generate", prompts, "-o", tmp_path / out, *arguments, "--part-size", size)
        assert result.code == 0, result.err
    rows = rows_of(tmp_path / "a" / "prompts.jsonl")
    assert [row["text"] for row in rows] == ["the cat", "the dog", "the cat"]
    assert all(row["continuation"].startswith(row["text"]) and row["log_prob"] < 0 for row in rows)
    assert rows == rows_of(tmp_path / "b" / "prompts.jsonl")


def test_a_package_that_is_missing_is_named(batch, tmp_path, monkeypatch):
    for name in ("pyarrow", "pyarrow.parquet", "fsspec"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    result = batch("tag", tmp_path / "a.parquet", "-o", tmp_path / "out", "--text-field", "body")
    assert result.code and "pip install '.[batch]'" in result.err
    assert not (tmp_path / "out" / "_SUCCESS").exists()
    result = batch("tag", "s3://bucket/x", "-o", tmp_path / "out2")
    assert result.code and "pip install '.[batch]'" in result.err


@pytest.mark.parametrize("model", ["", "spacy"])
def test_text_is_segmented_as_the_single_command_does(batch, seqkit, tmp_path, model):
    (tmp_path / "a.txt").write_text("Hello there. How are you?\n\nFine, I guess (really).\n\n" * 5)
    chosen = ("--model", model) if model else ()
    out = tmp_path / "out"
    assert batch("segment", tmp_path / "a.txt", "-o", out, *chosen, "--part-size", "80").code == 0
    assert (out / "a.conllu").read_text() == seqkit("segment", tmp_path / "a.txt", *chosen).out


def test_documents_of_white_space_alone_do_not_shift_fields(batch, tmp_path, rows_of):
    texts = ["Time flies.", " ", "\n", "She left. He stays.", "", "Yes"]
    lines = [json.dumps({"text": text, "n": n}) for n, text in enumerate(texts)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines) + "\n")
    out = tmp_path / "out"
    assert batch("tag", tmp_path / "a.jsonl", "-o", out, "--text-field", "text", "--keep", "n").code == 0
    assert [(row["n"], row["words"][0]) for row in rows_of(out / "a.jsonl")] == [
        (0, "Time"),
        (3, "She"),
        (3, "He"),
        (5, "Yes"),
    ]
