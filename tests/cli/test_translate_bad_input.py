"""`seqkit translate` on bad input, and when it is interrupted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from seqkit.models.artifact import load_model
from seqkit.tasks.seq2seq import units
from seqkit.tasks.seq2seq.task import Seq2SeqTask

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


def test_every_line_gives_one_line(translate):
    result = translate(stdin="".join(f"{text}\n" for text in ODD.values()).encode())
    assert result.code == 0
    lines = result.out.removesuffix("\n").split("\n")
    assert len(lines) == len(ODD)
    for text, line in zip(ODD.values(), lines, strict=True):
        assert len(line.splitlines()) <= 1
        assert not any(character < " " for character in line)
        assert text.strip() or line == ""


def test_unusual_lines_do_not_affect_their_neighbours(translate):
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


def test_output_is_bounded_by_the_source(translate, sample_translator):
    model = load_model(str(sample_translator))
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
        (["--sample", "--mbr", "4"], "--mbr samples already"),
        (["--top-p", "0.5"], "--top-p is for sampling"),
        (["--temperature", "0.5"], "--temperature is for sampling"),
        (["--seed", "3"], "--seed is for sampling"),
        (["--utility", "bleu"], "--utility is for --mbr"),
        (["--sample", "--beam", "3"], "--beam is for a search"),
        (["--mbr", "4", "--length-penalty", "0"], "--length-penalty is for a search"),
        (["--attention", "nowhere/a.png"], "nowhere: no such folder"),
        (["--mbr", "4", "--utility", "ter"], "ter"),
        (["--sample", "--top-p", "0"], "top_p"),
        (["--format", "josnl"], "Did you mean 'jsonl'?"),
        (["--format", "text", "--scores"], "no place for scores"),
        (["--text", "--file"], "contradict each other"),
        (["gone.txt"], "gone.txt: no such file"),
        (["--prefix", "\udcff"], "--prefix: is not UTF-8"),
        (["gone.de.gz"], "gone.de.gz: no such file"),
        (["--model", "en-tagger"], "Use `seqkit tag`"),
        (["--model", "gone-model"], "gone-model"),
        (["--max-frames", "3"], "--max-frames: the model reads lines of text"),
    ],
)
def test_mistakes_are_named_before_any_work(translate, arguments, said):
    result = translate(*arguments, *([] if arguments[0].startswith("gone.") else ["Der Hund."]))
    assert (result.code, result.out) == (2, "") and said in result.err


def test_a_tagger_is_refused_with_the_right_command(seqkit, model):
    result = seqkit("translate", "--model", model, "Der Hund.")
    assert (result.code, result.out) == (2, "") and "Use `seqkit tag`" in result.err


def test_a_translator_given_to_tag(seqkit, sample_translator):
    result = seqkit("tag", "--model", sample_translator, "The dog.")
    assert (result.code, result.out) == (2, "") and "seqkit translate" in result.err


def test_an_input_is_not_overwritten(translate, tmp_path):
    file = tmp_path / "in.txt"
    file.write_text("Der Hund.\n", encoding="utf-8")
    result = translate(file, "-o", file)
    assert result.code == 2 and "is also an input" in result.err
    assert file.read_text(encoding="utf-8") == "Der Hund.\n"


def test_a_word_given_as_text_is_not_a_file_if_a_folder_has_its_name(translate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Hund").mkdir()
    assert translate("Hund", "--text").code == 0


def test_without_arguments_standard_input_is_read(translate):
    line = "Die Katze spielt im Garten."
    assert translate("--text", stdin=f"{line}\n".encode()).out == translate(line).out


def interrupted(code, errors):
    """Number of translated lines in the message."""
    assert code == 130 and "Traceback" not in errors
    return int(re.search(r"interrupted after ([\d,]+) lines", errors)[1].replace(",", ""))


def test_ctrl_c_leaves_no_file_and_reports_the_number_of_lines(translate, tmp_path, monkeypatch):
    """It comes while the third chunk of two lines is being translated."""
    generate, calls = units.generate, []

    def until_the_third(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return generate(*arguments)

    monkeypatch.setattr(Seq2SeqTask, "limits", Seq2SeqTask.limits._replace(records=2))
    monkeypatch.setattr(units, "generate", until_the_third)
    out = tmp_path / "out.en"
    result = translate("-o", out, stdin=b"Der Hund.\n" * 9)
    assert interrupted(result.code, result.err) == 4
    assert f"{out} was not written" in result.err and list(tmp_path.iterdir()) == []


def test_ctrl_c_at_standard_output_leaves_whole_lines(sample_translator):
    """Of a process, whose input stays open, so that it waits for more when it is interrupted."""
    line = [
        sys.executable,
        "-m",
        "seqkit",
        "translate",
        "--model",
        str(sample_translator),
        "--beam",
        "1",
        "-",
    ]
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
