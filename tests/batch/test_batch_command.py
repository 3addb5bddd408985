"""`seqkit batch`: outputs equal those of the single command, no record is lost or repeated, faults are reported."""

from __future__ import annotations

import gzip
import json
import os
import shutil

import pytest

TEXT = "Time flies. She left, as he\nsaid.\n\nA new paragraph: it rains. Does it?\n\nThe end\n"


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text(TEXT * 30)
    (folder / "sub" / "b.txt").write_text(TEXT)
    (folder / "sub" / "empty.txt").write_text("")
    (folder / "sub" / "z.txt.gz").write_bytes(gzip.compress((TEXT * 20).encode()))
    (folder / ".hidden.txt").write_text("no")
    (folder / "notes.pdf").write_bytes(b"%PDF")
    return folder


SMALL = ("--part-size", "500")


def snapshot(out):
    """Every file that a run leaves but its ledger."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".seqkit" not in path.parts
    }


def test_outputs_are_those_of_the_single_command(batch, seqkit, corpus, tmp_path):
    out = tmp_path / "out"
    result = batch("tag", corpus, "-o", out, *SMALL)
    assert result.code == 0 and "finished" in result.err, result.err
    for source, target in [
        ("a.txt", "a.conllu"),
        ("sub/b.txt", "sub/b.conllu"),
        ("sub/empty.txt", "sub/empty.conllu"),
        ("sub/z.txt.gz", "sub/z.conllu.gz"),
    ]:
        expected = tmp_path / target.replace("/", "-")
        assert seqkit("tag", corpus / source, "-o", expected).code == 0
        assert (out / target).read_bytes() == expected.read_bytes(), target
    assert sorted(snapshot(out)) == [
        *("_SUCCESS", "a.conllu", "sub/b.conllu", "sub/empty.conllu", "sub/z.conllu.gz"),
    ]
    totals = json.loads((out / "_SUCCESS").read_text())
    assert totals["inputs"] == 4 and totals["parts"] > 6 and totals["bad"] == 0
    assert list((out / ".seqkit" / "parts").iterdir()) == []
    assert batch("verify", out).code == 0
    state = json.loads(batch("status", out, "--json").out)
    assert state["finished"] and state["files_done"] == state["files"] == 4
    assert state["bytes_done"] == state["bytes"] and state["parts_done"] == totals["parts"]


def test_a_repeated_command_processes_only_missing_parts(batch, corpus, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert batch("tag", corpus, "-o", whole, *SMALL).code == 0
    result = batch("tag", corpus, "-o", broken, *SMALL, "--stops-at", 5)
    assert result.code == 130 and not (broken / "_SUCCESS").exists()
    state = json.loads(batch("status", broken, "--json").out)
    assert state["parts_done"] == 4 and not state["finished"]
    assert batch("verify", broken).code == 1
    result = batch("tag", corpus, "-o", broken, *SMALL)
    assert result.code == 0 and "is already done" in result.err
    assert snapshot(broken) == snapshot(whole)
    logs = [
        json.loads(line)
        for path in (broken / ".seqkit" / "log").iterdir()
        for line in path.read_text().splitlines()
    ]
    parts = [(row["unit"], row["part"]) for row in logs if "part" in row]
    assert len(parts) == len(set(parts)) == json.loads((whole / "_SUCCESS").read_text())["parts"]


def test_the_part_of_a_dead_worker_is_repeated(batch, corpus, tmp_path):
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert batch("tag", corpus, "-o", whole, *SMALL).code == 0
    result = batch("tag", corpus, "-o", out, *SMALL, "--dies-at", 3)
    assert result.code == 0 and "a worker died at" in result.err
    assert snapshot(out) == snapshot(whole)
    shutil.rmtree(out)
    result = batch("tag", corpus, "-o", out, *SMALL, "--dies-at", 3, "--retries", "0")
    assert result.code == 1 and "1 workers died while processing it" in result.err
    assert not (out / "_SUCCESS").exists() and (out / "sub" / "z.conllu.gz").exists(), "the others go on"
    (report,) = json.loads(batch("status", out, "--json").out)["failed"]
    assert "1 workers died" in report
    # A repetition that is interrupted has no failure, and a finished run no processes.
    assert batch("tag", corpus, "-o", out, *SMALL, "--stops-at", "1").code == 130
    assert json.loads(batch("status", out, "--json").out)["failed"] == []
    killed = {"writer": "host-1-abc", "shard": [1, 3], "time": 0, "given_out": 2, "done": 1, "failed": ["x"]}
    killed |= {"words_per_second": 1, "bytes_per_second": 1, "memory": {}, "rates": {}}
    (out / ".seqkit" / "running" / "host-1-abc.json").write_text(json.dumps(killed))
    assert batch("tag", corpus, "-o", out, *SMALL).code == 0
    state = json.loads(batch("status", out, "--json").out)
    assert state["finished"] and state["failed"] == state["processes"] == []
    assert snapshot(out) == snapshot(whole)


def test_shards_together_equal_one_process(batch, corpus, tmp_path):
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert batch("tag", corpus, "-o", whole, *SMALL).code == 0
    for number in (2, 3, 1):
        result = batch("tag", corpus, "-o", out, *SMALL, "--shard", f"{number}/3")
        assert result.code == 0, result.err
        assert ("not finished" in result.err) == (number != 1)
    assert snapshot(out) == snapshot(whole)


def test_another_run_in_the_same_folder_is_refused_with_the_difference(batch, corpus, tmp_path):
    out = tmp_path / "out"
    assert batch("tag", corpus, "-o", out, *SMALL).code == 0
    for options, said in [
        (("--label", "upos"), '--label: "", now "upos"'),
        (("--format", "jsonl"), '--format: "conllu", now "jsonl"'),
        (("--part-size", "800"), "--part-size"),
        (("--inference-dtype", "float32"), "--inference-dtype"),
    ]:
        result = batch("tag", corpus, "-o", out, *(SMALL if "--part-size" not in options else ()), *options)
        assert result.code == 2 and said in result.err and len(result.err.splitlines()) == 2
    (corpus / "a.txt").write_text(TEXT)
    result = batch("tag", corpus, "-o", out, *SMALL)
    assert result.code == 1 and f"{corpus}/a.txt: the input has changed since the run began" in result.err
    (tmp_path / "a.txt").write_text(TEXT)  # of the same name
    result = batch("tag", tmp_path / "a.txt", corpus / "sub", "-o", out, *SMALL)
    assert result.code == 2 and f"another input: {corpus}/a.txt, now {tmp_path}/a.txt" in result.err


def test_extend_accepts_added_inputs(batch, corpus, tmp_path):
    out = tmp_path / "out"
    assert batch("tag", corpus, "-o", out, *SMALL).code == 0
    before = snapshot(out)
    (corpus / "0new.txt").write_text("New here.\n")
    result = batch("tag", corpus, "-o", out, *SMALL)
    assert result.code == 2 and "--extend" in result.err and "0new.txt" in result.err
    assert batch("tag", corpus, "-o", out, *SMALL, "--extend").code == 0
    after = snapshot(out)
    assert after.keys() - before.keys() == {"0new.conllu"}
    assert all(after[name] == before[name] for name in before if name != "_SUCCESS")
    assert batch("verify", out).code == 0


def test_missing_and_changed_outputs_are_reported(batch, corpus, tmp_path):
    out = tmp_path / "out"
    assert batch("tag", corpus, "-o", out, *SMALL).code == 0
    before = snapshot(out)
    (out / "a.conllu").unlink()
    result = batch("verify", out)
    assert result.code == 1 and "a.conllu: is missing" in result.err
    result = batch("tag", corpus, "-o", out, *SMALL)
    assert result.code == 0 and "is missing; recreating it" in result.err
    assert snapshot(out) == before
    edited = out / "sub" / "b.conllu"
    edited.write_bytes(edited.read_bytes().replace(b"NOUN", b"VERB"))
    result = batch("verify", out)
    assert result.code == 1 and "sub/b.conllu: was changed after it was written" in result.err
    result = batch("tag", corpus, "-o", out, *SMALL)
    assert result.code == 1 and "sub/b.conllu: was changed" in result.err, "of equal size"
    edited.write_bytes(b"mine")
    result = batch("tag", corpus, "-o", out, *SMALL)
    assert result.code == 1 and "sub/b.conllu: was changed" in result.err
    os.utime(corpus / "a.txt", (1, 1))
    assert "a.txt: the input has changed" in batch("verify", out).err


def test_bad_records_are_listed_with_place_and_bytes(batch, corpus, tmp_path, rows_of):
    import base64

    (corpus / "a.txt").write_bytes(b"Good one.\n\nBad \xff here.\n\nGood two.\n\n" * 9)
    cut = (corpus / "sub" / "z.txt.gz").read_bytes()
    (corpus / "sub" / "z.txt.gz").write_bytes(cut[: len(cut) - 12])
    out = tmp_path / "out"
    result = batch("tag", corpus, "-o", out, "--part-size", "60")
    assert result.code == 3 and "10 bad record(s) skipped" in result.err
    rows = rows_of(out / "errors.jsonl")
    assert [row["line"] for row in rows] == [*range(3, 55, 6), None]
    assert all(base64.b64decode(row["bytes"]) == b"Bad \xff here." for row in rows[:9])
    assert "0xff" in rows[0]["reason"] and "truncated or damaged" in rows[9]["reason"]
    assert (out / "a.conllu").read_text().count("# text = Good") == 18
    assert gzip.decompress((out / "sub" / "z.conllu.gz").read_bytes()).count(b"# text") > 50
    assert json.loads((out / "_SUCCESS").read_text())["bad"] == 10
    stopped = batch("tag", corpus, "-o", tmp_path / "stopped", "--part-size", "60", "--on-error", "stop")
    assert stopped.code == 1 and "not valid UTF-8" in stopped.err
    assert not (tmp_path / "stopped" / "_SUCCESS").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("{corpus}", "-o", "{corpus}/out"), "is inside the input"),
        (("{corpus}", "-o", "{corpus}/a.txt"), "is a file"),
        (("{corpus}/nothing", "-o", "{out}"), "no such file or folder"),
        (("{corpus}/empty", "-o", "{out}"), "empty: no file that can be read"),
        (("{corpus}", "-o", "{out}", "--shard", "3/2"), "--shard 3/2"),
        (("{corpus}", "-o", "{out}", "--format", "html"), "--format html: not for outputs"),
        (("{corpus}", "-o", "{out}", "--model", "nothing"), "nothing"),
        (
            ("{corpus}", "-o", "{out}", "-m", "en-tagger", "--model=en-tagger"),
            "--model is given more than once",
        ),
        (("{corpus}", "-o", "{out}", "--keep", "lang"), "--keep: the format conllu has no place"),
        (("{corpus}/notes.pdf", "-o", "{corpus}/notes.pdf/x"), ""),
    ],
)
def test_runs_that_cannot_start_are_refused(batch, corpus, tmp_path, arguments, said):
    out = tmp_path / "out"
    (corpus / "empty").mkdir()
    result = batch("tag", *(part.format(corpus=corpus, out=out) for part in arguments))
    assert result.code in (1, 2) and said in result.err and "Traceback" not in result.err
    assert not (out / "_SUCCESS").exists()


def test_two_inputs_of_one_output_name(batch, corpus, tmp_path):
    (corpus / "a.md").write_text("Two.\n")
    result = batch("tag", corpus, "-o", tmp_path / "out")
    assert result.code == 2 and "would both be written as a.conllu" in result.err
