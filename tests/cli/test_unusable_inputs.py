"""An input that is read but that the model cannot take is named, costs its own output, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import toy_media
from test_translate_media import LINES_BY_ANOTHER_NAME, QUICK, saved

CHECK = """
        for one in inputs:
            if one.shape[1] != SIZE:
                raise SeqkitError(f"rows of {one.shape[1]} numbers, not {SIZE}", "Give others.")
        x_BSD = torch.zeros(len(inputs)"""
PLUGIN = (
    Path(toy_media.__file__)
    .read_text(encoding="utf-8")
    .replace("\n        x_BSD = torch.zeros(len(inputs)", CHECK)
)
LINES = (
    LINES_BY_ANOTHER_NAME.replace('build="chars_plugin:TextEncoder"', 'build="chars_plugin:Choosy"')
    + """
from seqkit import SeqkitError

class Choosy(TextEncoder):
    def METHOD(self, *given):
        if any("cow" in str(one) for one in given[:1]):
            raise SeqkitError("no cows here", "Delete them.")
        return super().METHOD(*given)
"""
)


@pytest.fixture
def files(tmp_path):
    """Three files; the middle one has rows of another size, which the reader cannot know."""
    one, two = (toy_media.save_dots(tmp_path, name, [0, 1]) for name in ("one", "two"))
    np.save(tmp_path / "odd.npy", np.zeros((2, 5), np.float32))
    return [one, tmp_path / "odd.npy", two]


def test_a_file_that_the_model_cannot_take_is_named(seqkit, install_plugin, files, tmp_path):
    install_plugin("toy", PLUGIN)
    reader = saved(tmp_path / "reader", "dots", "text")
    result = seqkit("translate", "--model", reader, *files)
    good, lost, last = result.out.splitlines()
    assert result.code == 1 and good == last != "" and lost == ""
    assert result.err == f"seqkit: {files[1]}: rows of 5 numbers, not 3. Give others.\n"


@pytest.fixture
def table(files, tmp_path):
    rows = [f"{path.name}\tleft" for path in files for _ in range(3)]
    (tmp_path / "t.tsv").write_text("\n".join(["dots\ttarget", *rows]) + "\n")
    return tmp_path / "t.tsv"


def test_evaluate_names_a_row_or_leaves_it_out(seqkit, install_plugin, table, tmp_path):
    install_plugin("toy", PLUGIN)
    reader = saved(tmp_path / "reader", "dots", "text")
    result = seqkit("evaluate", reader, table)
    assert result.code == 1 and result.err.startswith(f"seqkit: {table}:5: rows of 5 numbers, not 3\n")
    result = seqkit("evaluate", reader, table, "--json", "--skip-bad")
    assert result.code == 0 and json.loads(result.out)["exact"]["total"] == 6
    assert "3 bad record(s) skipped; first: " in result.err and f"{table}:5: rows of 5" in result.err


def test_training_names_a_row_or_leaves_it_out(seqkit, install_plugin, table, tmp_path):
    install_plugin("toy", PLUGIN)
    line = ["train", "seq2seq", "--train", table, *QUICK, "--set", "encoder=dots", "--set", "epochs=1"]
    result = seqkit(*line, "--out", tmp_path / "run")
    # Whichever of the three comes first in a shuffled batch.
    assert result.code == 1 and re.search(r"t\.tsv:[567]: rows of 5 numbers", result.err)
    result = seqkit(*line, "--out", tmp_path / "other", "--skip-bad")
    assert result.code == 0 and "3 bad record(s) skipped" in result.err
    assert "Training pairs: 6" in (tmp_path / "other" / "README.md").read_text()


def test_vectors_of_another_width_are_named_by_their_row(seqkit, files, tmp_path):
    rows = [f"a word\t{path.name}" for path in (files[0], files[2], files[1])]
    (tmp_path / "t.tsv").write_text("\n".join(["text\ttarget", *rows]) + "\n")
    line = ["train", "seq2seq", "--set", "decoder=frames", "--set", "epochs=1", "--set", "hidden=8"]
    line += ["--set", "embedding_size=4", "--set", "vocab_size=30"]
    result = seqkit(*line, "--train", tmp_path / "t.tsv", "--out", tmp_path / "run")
    said = "t.tsv:4: 5 numbers, where the first has 3"
    assert result.code == 1 and said in result.err
    (tmp_path / "train.tsv").write_text("\n".join(["text\ttarget", *rows[:2] * 4]) + "\n")
    data = ("--train", tmp_path / "train.tsv", "--dev", tmp_path / "t.tsv")
    result = seqkit(*line, *data, "--out", tmp_path / "dev")
    assert result.code == 1 and "t.tsv:4: vectors of 5 numbers, where the model writes 3" in result.err
    result = seqkit(*line, *data, "--out", tmp_path / "skip", "--skip-bad")
    assert result.code == 0 and "1 bad record(s) skipped" in result.err
    assert seqkit("evaluate", tmp_path / "skip", tmp_path / "t.tsv").code == 1
    result = seqkit("evaluate", tmp_path / "skip", tmp_path / "t.tsv", "--skip-bad")
    assert result.code == 0 and "2 pairs" in result.out


@pytest.mark.parametrize("method", ["lengths", "parts", "collate"])
def test_a_line_that_the_model_cannot_take_is_named_or_empty(seqkit, install_plugin, tmp_path, method):
    install_plugin("chars", LINES.replace("METHOD", method))
    pairs, out = tmp_path / "pairs.tsv", tmp_path / "run"
    pairs.write_text("".join(f"the {word} .\tdas {word} .\n" for word in ("dog", "cat", "hen") * 3))
    line = ["train", "seq2seq", "--train", pairs, "--dev", pairs, "--out", out, "--set", "encoder=chars"]
    assert seqkit(*line, "--set", "epochs=1", "--set", "vocab_size=40", *QUICK).code == 0
    lines = tmp_path / "lines.txt"
    lines.write_text("the dog .\nthe cow .\nthe hen .\n")
    result = seqkit("translate", "--model", out, lines)
    assert result.code == 1 and result.err == f"seqkit: {lines}:2: no cows here\nDelete them.\n"
    result = seqkit("translate", "--model", out, "--skip-bad", lines, "--format", "jsonl")
    rows = [json.loads(row) for row in result.out.splitlines()]
    assert result.code == 0 and [bool(row["translations"]) for row in rows] == [True, False, True]
    assert f"1 bad record(s) skipped; first: {lines}:2: no cows here" in result.err
