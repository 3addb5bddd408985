"""`seqkit translate`, on good and on bad input, with a model that was trained in seconds."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from sacrebleu import sentence_chrf

from seqkit.batch import translation
from seqkit.batch.translation import translate_lines
from seqkit.catalogue import corpus_files
from seqkit.config import parse_settings
from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.attention import alignment
from seqkit.models.artifact import load_model
from seqkit.training.request import make_request
from seqkit.training.run import train

SETTINGS = [
    "epochs=60",
    "batch_words=200",
    "hidden=48",
    "label_smoothing=0",
    "embedding_size=32",
    "vocab_size=200",
    "dropout=0",
    "sampling=0",
    "average=0",
    "learning_rate=0.01",
    "patience=0",
    "threads=1",
]
TEXT = "Der Hund schläft im Garten.\n\nDie Katze trinkt die Milch.\n   \nDer Hund frisst das Brot.\n"
"""Sentences of the training, and two lines without text."""
ENGLISH = ["The dog sleeps in the garden.", "", "The cat drinks the milk.", "", "The dog eats the bread."]


class Quiet:
    """A reporter that says nothing."""

    def start(self, epochs): ...

    def step(self, progress, batches, rate): ...

    def epoch(self, row): ...

    def note(self, message): ...


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The folder of a model that knows the sample corpus by heart."""
    out = tmp_path_factory.mktemp("models") / "sample"
    data = str(corpus_files("sample-german-english", "train")[0])
    # Scored on what it learns from, so that the epoch is kept that knows it best.
    given = {"model": "seq2seq", "train": (data,), "dev": (data,), "source": "de", "target": "en"}
    train(make_request(given, [], parse_settings(SETTINGS)), out, "seqkit train seq2seq", Quiet())
    return out


@pytest.fixture
def translate(seqkit, folder):
    """Run `seqkit translate --model FOLDER ARGUMENTS`."""
    return lambda *arguments, **options: seqkit("translate", "--model", folder, *arguments, **options)


def test_one_line_in_one_line_out_and_empty_ones_in_place(translate):
    result = translate(stdin=TEXT.encode())
    assert (result.code, result.err) == (0, "")
    assert result.out == "".join(f"{line}\n" for line in ENGLISH)


def test_text_files_gz_and_stdin_say_the_same(translate, tmp_path):
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


def test_n_best_with_scores_as_json_lines(translate, folder, tmp_path):
    out = tmp_path / "out.jsonl"
    assert translate("--n-best", "3", "--scores", "-o", out, stdin=TEXT.encode()).code == 0
    records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [record["line"] for record in records] == [1, 2, 3, 4, 5]
    assert [record["source"] for record in records] == TEXT.splitlines()
    assert records[1]["translations"] == records[3]["translations"] == []
    lines = translate_lines([load_model(str(folder))], TEXT.splitlines(), DecodingOptions(n_best=3))
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
    assert header == "line\trank\tscore\tlog_prob\ttext"
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
    assert all(len(row) == 5 for row in table)


def test_beam_and_length_penalty_reach_the_search(translate, folder):
    model, source = load_model(str(folder)), "Wo ist der Garten mit dem Buch?"
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


def test_a_draw_belongs_to_its_line_whatever_stands_around_it(translate):
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


def test_two_models_vote(seqkit, folder):
    result = seqkit("translate", "-m", folder, "-m", folder, stdin=TEXT.encode())
    assert result.out.splitlines() == ENGLISH


def test_a_picture_of_the_attention(translate, folder, tmp_path):
    picture = tmp_path / "attention.png"
    result = translate("--attention", picture, stdin=TEXT.encode())
    assert result.code == 0 and result.out.splitlines() == ENGLISH
    assert picture.read_bytes().startswith(b"\x89PNG")
    model = load_model(str(folder))
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


ODD = {
    "a script never seen": "犬は庭で眠る。",
    "another": "Собака спит в саду. 🐕‍🦺",
    "control characters": "Der \x01Hund\x1b[31m \x07schläft\u200b.\u202e",
    "line breaks of Unicode": "Der Hund\u2028schläft\x85im\x0cGarten\x1c.",
    "boundaries": "<s> </s> <unk> <pad>",
    "pieces": "▁ ▁▁Hund ▁▁▁",
    "spaces alone, of all kinds": "\u3000\u00a0\u2003",
    "combining": "e\u0301" * 300,
    "one long word": "x" * 5000,
    "punctuation": ". " * 500,
}


def test_whatever_is_in_a_line_it_gives_one_line(translate):
    result = translate(stdin="".join(f"{text}\n" for text in ODD.values()).encode())
    assert result.code == 0
    lines = result.out.removesuffix("\n").split("\n")
    assert len(lines) == len(ODD)
    for text, line in zip(ODD.values(), lines, strict=True):
        assert len(line.splitlines()) <= 1
        assert not any(character < " " for character in line)
        assert text.strip() or line == ""


def test_odd_lines_leave_their_neighbours_alone(translate):
    mixed = [part for text in ODD.values() for part in (text, "Die Katze trinkt die Milch.")]
    lines = translate(stdin="".join(f"{text}\n" for text in mixed).encode()).out.split("\n")
    assert lines[1::2][: len(ODD)] == ["The cat drinks the milk."] * len(ODD)


@pytest.mark.parametrize("text", ["Der Hund schläft im Garten. ", "Hund ", "x", "犬"])
def test_a_line_of_100_000_characters(translate, text):
    line = (text * 100_000)[:100_000]
    started = time.monotonic()
    result = translate(
        "--beam", "1", "--max-ratio", "0.1", stdin=f"{line}\nDer Hund frisst das Brot.\n".encode()
    )
    assert result.code == 0 and time.monotonic() - started < 30
    assert len(result.out.splitlines()) == 2


def test_output_is_bounded_by_the_source(translate, folder):
    model = load_model(str(folder))
    english = "the the the of of and and or or of the"
    for ratio in ("0.5", "2"):
        out = translate("--max-ratio", ratio, english).out.strip()
        steps = model.source_lengths([{"text": english}])[0]
        assert len(model.decoder.symbols(out)) < float(ratio) * steps + 10


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--n-best", "9", "--beam", "3"], "n_best=9 is more than beam=3"),
        (["--mbr", "4", "--n-best", "9"], "n_best=9 is more than mbr=4"),
        (["--sample", "--mbr", "4"], "--mbr draws by itself"),
        (["--top-p", "0.5"], "--top-p is for drawing"),
        (["--temperature", "0.5"], "--temperature is for drawing"),
        (["--seed", "3"], "--seed is for drawing"),
        (["--utility", "bleu"], "--utility is for --mbr"),
        (["--mbr", "4", "--utility", "ter"], "ter"),
        (["--sample", "--top-p", "0"], "top_p"),
        (["--format", "josnl"], "Did you mean 'jsonl'?"),
        (["--format", "text", "--scores"], "no place for scores"),
        (["--text", "--file"], "contradict each other"),
        (["gone.txt"], "gone.txt: no such file"),
        (["--model", "en-tagger"], "Use `seqkit tag`"),
        (["--model", "gone-model"], "gone-model"),
    ],
)
def test_mistakes_are_named_before_any_work(translate, arguments, said):
    result = translate(*arguments, *([] if arguments == ["gone.txt"] else ["Der Hund."]))
    assert (result.code, result.out) == (2, "") and said in result.err


def test_a_tagger_is_told_its_command(seqkit, model):
    result = seqkit("translate", "--model", model, "Der Hund.")
    assert (result.code, result.out) == (2, "") and "Use `seqkit tag`" in result.err


def test_a_translator_given_to_tag(seqkit, folder):
    result = seqkit("tag", "--model", folder, "The dog.")
    assert (result.code, result.out) == (2, "") and "seqkit translate" in result.err


def test_an_input_is_not_overwritten(translate, tmp_path):
    file = tmp_path / "in.txt"
    file.write_text(TEXT, encoding="utf-8")
    result = translate(file, "-o", file)
    assert result.code == 2 and "is an input, too" in result.err
    assert file.read_text(encoding="utf-8") == TEXT


def interrupted(code, errors):
    """How many lines the message says were done."""
    assert code == 130 and "Traceback" not in errors
    return int(re.search(r"interrupted after ([\d,]+) lines", errors)[1].replace(",", ""))


def test_ctrl_c_leaves_no_file_and_says_how_far_it_came(translate, tmp_path, monkeypatch):
    """It comes while the third chunk of two lines is being translated."""
    generate, calls = translation.generate, []

    def until_the_third(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return generate(*arguments)

    monkeypatch.setattr(translation, "CHUNK", 2)
    monkeypatch.setattr(translation, "generate", until_the_third)
    out = tmp_path / "out.en"
    result = translate("-o", out, stdin=b"Der Hund.\n" * 9)
    assert interrupted(result.code, result.err) == 4
    assert f"{out} was not written" in result.err and list(tmp_path.iterdir()) == []


def test_ctrl_c_at_standard_output_leaves_whole_lines(folder):
    """Of a process, whose input stays open, so that it waits for more when it is interrupted."""
    line = [sys.executable, "-m", "seqkit", "translate", "--model", str(folder), "--beam", "1", "-"]
    pipes = {name: subprocess.PIPE for name in ("stdin", "stdout", "stderr")}
    with subprocess.Popen(line, **pipes, env={**os.environ, "OMP_NUM_THREADS": "1"}) as process:
        process.stdin.write(("Der Hund schläft im Garten.\n" * 2100).encode())
        process.stdin.flush()
        out = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, errors = out + process.stdout.read(), process.stderr.read()
        process.stdin.close()
    done = interrupted(process.returncode, errors.decode())
    # It may come after a line was written and before it was counted.
    line = "The dog sleeps in the garden.\n"
    assert out.decode() in (line * done, line * (done + 1))
    assert done <= 2000 and "they were written" in errors.decode()
