"""Pausing pipes, closed readers, and the interpretation of arguments as text or files."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes cannot be asked there")


def start(*arguments) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "seqkit", *map(str, arguments)]
    return subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_tag_answers_a_line_before_the_next_one_comes(model):
    process = start("tag", "-", "-m", model, "-f", "tsv")
    for word in (b"Time", b"Flies"):
        process.stdin.write(word + b" goes.\n")
        process.stdin.flush()
        while not (line := process.stdout.readline()).startswith(word):
            assert line  # else it has ended
    process.stdin.close()
    assert process.wait(timeout=30) == 0
    process.stdout.close()


def test_translate_answers_a_line_before_the_next_one_comes(sample_translator):
    process = start("translate", "-", "-m", sample_translator)
    for _ in range(2):
        process.stdin.write("Der Hund schläft.\n".encode())
        process.stdin.flush()
        assert process.stdout.readline().strip()
    process.stdin.close()
    assert process.wait(timeout=30) == 0
    process.stdout.close()


def test_it_ends_when_the_reader_closes_the_pipe_before_the_input_ends(model):
    process = start("tag", "-", "-m", model, "-f", "tsv")
    process.stdin.write(b"Time flies.\n")
    process.stdin.flush()
    assert process.stdout.readline()
    process.stdout.close()
    begun = time.monotonic()
    assert process.wait(timeout=30) == 0
    assert time.monotonic() - begun < 5
    process.stdin.close()


@pytest.mark.parametrize(
    "text", ["I read notes.txt", "He and/or she left.", "See https://example.org/a.txt now.", "x .conllu"]
)
def test_text_with_blanks_is_text(seqkit, model, tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    found = seqkit("tag", text, "-m", model, "-f", "conllu")
    assert found.code == 0 and f"# text = {text}\n" in found.out


def test_a_file_with_blanks_in_its_name_is_read(seqkit, model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my notes.txt").write_text("Time flies.")
    assert "# text = Time flies.\n" in seqkit("tag", "my notes.txt", "-m", model, "-f", "conllu").out


@pytest.mark.parametrize("command", ["tag", "translate"])
def test_a_folder_is_refused_with_a_fix(seqkit, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts").mkdir()
    found = seqkit(command, "texts")
    assert (found.code, found.out) == (2, "")
    assert "texts: is a folder" in found.err and f"seqkit batch {command} texts -o OUT" in found.err


def test_a_word_that_is_a_folder_is_tagged_with_the_option_text(seqkit, model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts").mkdir()
    assert seqkit("tag", "texts", "--text", "-m", model).code == 0


def test_an_address_is_not_fetched(seqkit):
    found = seqkit("tag", "https://example.org/a.txt")
    assert found.code == 2 and "download the file first" in found.err


def test_documents_of_one_name_get_different_ids(seqkit, model, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text("Time flies. He left.")
    files = [tmp_path / "a" / "x.txt", tmp_path / "b" / "x.txt", tmp_path / "a" / "x.txt"]
    lines = seqkit("tag", *files, "-m", model, "-f", "conllu").out.splitlines()
    assert [line for line in lines if "newdoc" in line] == [
        "# newdoc id = x.txt",
        "# newdoc id = x.txt-2",
        "# newdoc id = x.txt-3",
    ]
