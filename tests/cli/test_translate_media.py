"""`seqkit train`, `translate` and `evaluate` with a third-party encoder and decoder that read and write .npy files."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
import soundfile
import toy_media
from toy_translation import SMALL

from seqkit.errors import SeqkitError
from seqkit.extend.manager import registry
from seqkit.media import Sound
from seqkit.tasks.seq2seq.command_files import FileTarget

CODE = Path(toy_media.__file__).read_text(encoding="utf-8")
LETTERS = "abc"
QUICK = ["--set", "hidden=24", "--set", "embedding_size=16", "--set", "dropout=0", "--set", "sampling=0"]


@pytest.fixture
def plugin(install_plugin):
    install_plugin("toy", CODE)


def saved(folder, encoder, decoder, seed=3):
    """The folder of an untrained model."""
    import torch

    from seqkit.examples import Pair
    from seqkit.extend.manager import load, registry
    from seqkit.models.artifact import save_model
    from seqkit.models.options import options_class

    spec = registry().find("models", "seq2seq")
    given = {**SMALL, "encoder": encoder, "decoder": decoder}
    given = given if "text" in (*encoder.split(","), decoder) else {"hidden": 16, "encoder": encoder}
    options = options_class(spec, given)(**given)
    dots = np.eye(3, dtype=np.float32)
    sound = Sound(np.linspace(-0.5, 0.5, 4000, dtype=np.float32), 8000)
    examples = {"dots": dots, "text": "left right one two three", "audio": sound}
    pairs = [Pair({name: examples[name] for name in encoder.split(",")}, examples[decoder])] * 3
    torch.manual_seed(seed)
    model = load(spec.build)(options, load(spec.facts).gather(pairs, options, "xx", "xx"))
    save_model(folder, "seq2seq", model, card="# Toy\n")
    return folder


@pytest.fixture
def reader(plugin, tmp_path):
    """A model that reads dots and writes text."""
    return saved(tmp_path / "reader", "dots", "text")


@pytest.fixture
def drawer(plugin, tmp_path):
    """A model that reads text and writes dots."""
    return saved(tmp_path / "drawer", "text", "dots")


@pytest.fixture
def dots(tmp_path):
    """Four files: good, not an array, missing, good."""
    one, two = (
        toy_media.save_dots(tmp_path, name, rows) for name, rows in (("one", [0, 1]), ("two", [2, 2, 0]))
    )
    (tmp_path / "bad.npy").write_bytes(b"nothing of the kind")
    return [one, tmp_path / "bad.npy", tmp_path / "gone.npy", two]


def alone(seqkit, model, path):
    result = seqkit("translate", "--model", model, path, "--format", "jsonl")
    assert (result.code, result.err) == (0, "")
    return json.loads(result.out)["translations"]


def test_a_bad_file_gives_an_empty_line_and_does_not_affect_others(seqkit, reader, dots):
    result = seqkit("translate", "--model", reader, *dots, "--format", "jsonl")
    rows = [json.loads(line) for line in result.out.splitlines()]
    assert result.code == 1
    assert [(row["line"], row["source"]) for row in rows] == [
        (i, str(path)) for i, path in enumerate(dots, 1)
    ]
    assert [bool(row["translations"]) for row in rows] == [True, False, False, True]
    for row, path in ((rows[0], dots[0]), (rows[3], dots[3])):
        assert row["translations"][0]["text"] == alone(seqkit, reader, path)[0]["text"]
    first, second = result.err.splitlines()
    assert first.startswith(f"seqkit: {dots[1]}: is not an array")
    assert second.startswith(f"seqkit: {dots[2]}: no such file")
    lines = seqkit("translate", "--model", reader, *dots).out.split("\n")
    assert len(lines) == 5 and lines[1] == lines[2] == lines[4] == ""


def test_outputs_do_not_depend_on_company_or_chunks(seqkit, reader, dots, monkeypatch):
    from seqkit.tasks.seq2seq import apply as translation

    whole = seqkit("translate", "--model", reader, dots[0], dots[3], dots[0]).out
    monkeypatch.setattr(translation, "CHUNK_CHARACTERS", 0.001)
    assert seqkit("translate", "--model", reader, dots[0], dots[3], dots[0]).out == whole


def test_a_recording_of_nothing_and_an_impossible_path_cost_an_empty_line_each(seqkit, tmp_path):
    model = saved(tmp_path / "listener", "audio", "text")
    for name, samples in (("good", 4000), ("empty", 0)):
        soundfile.write(tmp_path / f"{name}.wav", np.full(samples, 0.1, np.float32), 8000)
    files = [str(tmp_path / f"{name}.wav") for name in ("good", "empty", "x" * 300, "good")]
    result = seqkit("translate", "--model", model, "--prefix", "left", "--file", *files)
    first, *lost, last = result.out.splitlines()
    assert result.code == 1 and first == last != "" and lost == ["", ""]
    assert "empty.wav: holds no sound" in result.err and "xxx.wav: cannot be read" in result.err


def test_a_file_beyond_a_limit_is_reported(seqkit, reader, dots):
    result = seqkit("translate", "--model", reader, dots[0], dots[3], "--max-frames", "2")
    assert (result.code, len(result.out.splitlines())) == (1, 2)
    assert "two.npy: has 3 rows, more than 2" in result.err


def test_outputs_go_to_a_file_whole(seqkit, reader, dots, tmp_path):
    out = tmp_path / "out.tsv"
    assert seqkit("translate", "--model", reader, dots[0], dots[3], "--scores", "-o", out).code == 0
    assert [line.split("\t")[0] for line in out.read_text().splitlines()] == ["line", "1", "2"]


def test_an_input_is_not_overwritten(seqkit, reader, dots):
    before = dots[0].read_bytes()
    result = seqkit("translate", "--model", reader, dots[0], "-o", dots[0])
    assert result.code == 2 and "is also an input" in result.err
    assert dots[0].read_bytes() == before


def test_no_output_replaces_an_input_or_another_output(seqkit, reader, plugin, dots, tmp_path):
    picture = tmp_path / "mine.png"
    picture.write_bytes(dots[0].read_bytes())
    both = saved(tmp_path / "both", "dots,text", "text")
    named = ["--input", f"dots={picture}", "--input", "text=left"]
    for arguments in (
        ["--model", reader, picture, "--attention", picture],
        ["--model", both, *named, "-o", picture],
        ["--model", both, *named, "--attention", picture],
        ["--model", reader, dots[0], "-o", tmp_path / "x.png", "--attention", tmp_path / "x.png"],
    ):
        result = seqkit("translate", *arguments)
        assert (result.code, result.out) == (2, "")
        assert "is also an input" in result.err or "x.png: named twice" in result.err
    assert picture.read_bytes() == dots[0].read_bytes() and not (tmp_path / "x.png").exists()


def test_what_only_lines_of_text_have_is_refused(seqkit, reader, plugin, dots, tmp_path):
    both = saved(tmp_path / "both", "dots,text", "text")
    for arguments, said in (
        (["--model", reader, "-"], "the model reads files"),
        (["--model", reader, dots[0], "--text"], "--text: the model reads files"),
        (["--model", reader, dots[0], "--skip-bad"], "--skip-bad: the model reads files"),
        (["--model", both, "--input", f"dots={dots[0]}", "--input", "text= "], "is empty"),
    ):
        result = seqkit("translate", *arguments)
        assert (result.code, result.out) == (2, "") and said in result.err
    result = seqkit("translate", "--model", reader, tmp_path, dots[0])
    assert result.code == 1 and f"{tmp_path}: is a folder" in result.err
    assert len(result.out.splitlines()) == 2


def test_a_missing_library_ends_the_command_and_names_the_extra(seqkit, reader, dots, monkeypatch):
    from seqkit import SeqkitError

    def without_library(path, limits):
        try:
            raise ImportError("no library")
        except ImportError:
            raise SeqkitError("dots cannot be read", 'Install it: pip install "seqkit[dots]"') from None

    import toy_plugin

    monkeypatch.setattr(toy_plugin, "read", without_library)
    result = seqkit("translate", "--model", reader, dots[0], dots[3])
    assert (result.code, result.out) == (1, "")
    assert result.err.count("dots cannot be read") == 1 and "seqkit[dots]" in result.err


def test_attention_is_drawn_for_the_first_file_that_can_be_read(seqkit, reader, dots, tmp_path):
    picture = tmp_path / "look.png"
    result = seqkit("translate", "--model", reader, dots[1], dots[0], "--attention", picture)
    assert result.code == 1
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_several_inputs_belong_to_one_example(seqkit, plugin, tmp_path, dots):
    model = saved(tmp_path / "ask", "dots,text", "text")
    line = ["translate", "--model", model]
    result = seqkit(*line, "--input", f"dots={dots[0]}", "--input", "text=left", "--format", "jsonl")
    row = json.loads(result.out)
    assert (result.code, result.err, len(row["translations"])) == (0, "", 1)
    other = seqkit(*line, "--input", "text=left", "--input", f"dots={dots[0]}", "--format", "jsonl")
    assert json.loads(other.out)["translations"] == row["translations"]
    for arguments, said in [
        ([], "reads dots and text together"),
        ([dots[0]], "--input dots=… --input text=…"),
        (["--input", "text=left"], "dots missing"),
        (["--input", "text=left", "--input", "text=right"], "is given twice"),
        (["--input", "txt=left"], "Did you mean 'text'?"),
        (["--input", "left"], "NAME=VALUE"),
        (["--input", "text=l", "--input", f"dots={dots[0]}", dots[3]], "together"),
    ]:
        result = seqkit(*line, *arguments)
        assert (result.code, result.out) == (2, "")
        assert said in result.err
    result = seqkit(*line, "--input", f"dots={dots[1]}", "--input", "text=left")
    assert (result.code, result.out) == (1, "\n") and "is not an array" in result.err


def test_text_becomes_a_file(seqkit, drawer, tmp_path):
    out = tmp_path / "five.npy"
    result = seqkit("translate", "--model", drawer, "one two", "-o", out)
    assert (result.code, result.out, result.err) == (0, "", "")
    drawn = np.load(out)
    assert drawn.shape == (1, 3)
    assert seqkit("translate", "--model", drawer, "one two", "-o", out).code == 0
    assert np.array_equal(np.load(out), drawn)
    seqkit("translate", "--model", drawer, "one two", "-o", out, "--seed", "2")
    assert not np.array_equal(np.load(out), drawn)


def test_several_texts_become_numbered_files(seqkit, drawer, tmp_path):
    line = ["translate", "--model", drawer, "one", "", "two"]
    assert seqkit(*line, "-o", tmp_path / "five.npy").code == 0
    assert sorted(path.name for path in tmp_path.glob("five*")) == ["five-1.npy", "five-3.npy"]
    assert seqkit(*line, "-o", tmp_path / "folder").code == 0
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == ["1.npy", "3.npy"]
    for name, number in (("five-1.npy", 1), ("five-3.npy", 3)):
        assert np.array_equal(np.load(tmp_path / name), np.load(tmp_path / "folder" / f"{number}.npy"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name it: -o out.npy"),
        (["-o", "five.gif"], "is not written as .gif"),
        (["-o", "gone/five.npy"], "the folder gone does not exist"),
        (["-o", "five.npy", "--beam", "3"], "--beam: is for models that write text"),
        (["-o", "five.npy", "--scores"], "--scores: is for models that write text"),
        (["-o", "five.npy", "--attention", "a.png"], "--attention: is for models that write text"),
        (["-o", "five.npy", "--temperature", "2"], "--temperature is for sampling"),
        (["-o", "five.npy", "--input", "text=a"], "reads lines of text"),
    ],
)
def test_options_that_do_not_apply_to_files_are_refused(
    seqkit, drawer, tmp_path, monkeypatch, arguments, said
):
    monkeypatch.chdir(tmp_path)
    result = seqkit("translate", "--model", drawer, "one", *arguments)
    assert (result.code, result.out) == (2, "") and said in result.err
    assert not list(tmp_path.glob("five*"))


def test_models_that_read_something_else_do_not_vote(seqkit, reader, drawer, dots):
    result = seqkit("translate", "--model", reader, "--model", drawer, dots[0])
    assert result.code == 2 and "The models of an ensemble must read the same modalities" in result.err


@pytest.fixture
def tables(tmp_path):
    """A task that is learnt in seconds: a row for each letter, the letters in order."""
    random = Random(5)
    for split, count in (("train", 120), ("dev", 20)):
        lines = ["dots\ttarget"]
        for number in range(count):
            rows = [random.randrange(3) for _ in range(random.randint(1, 4))]
            toy_media.save_dots(tmp_path, f"{split}{number}", rows)
            lines.append(f"{split}{number}.npy\t{' '.join(LETTERS[row] for row in rows)}")
        (tmp_path / f"{split}.tsv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_a_table_of_files_is_learnt_and_measured(seqkit, plugin, tables):
    line = ["train", "seq2seq", "--train", tables / "train.tsv", "--dev", tables / "dev.tsv", *QUICK]
    line += [
        "--set",
        "encoder=dots",
        "--set",
        "epochs=20",
        "--set",
        "learning_rate=0.01",
        "--set",
        "average=0",
    ]
    line += ["--set", "batch_words=100", "--out", tables / "run", "--threads", "1"]
    result = seqkit(*line)
    assert result.code == 0, result.err
    assert "dev exact" in result.err and "dev character error" in result.err
    data = json.loads(seqkit("evaluate", tables / "run", tables / "dev.tsv", "--json").out)
    assert data["sides"] == "dots to text"
    assert data["exact"]["accuracy"] > 0.8
    assert data["exact"]["right"] == sum(own["right"] for own in data["exact_by_words"].values())
    shown = seqkit("evaluate", tables / "run", tables / "dev.tsv", "--compare", tables / "run", "--card").out
    for said in ("exact match, %", "word error rate, %", "character error rate, %", "Compared"):
        assert said in shown
    assert "word error rate" in (tables / "run" / "README.md").read_text()


def test_a_corrupt_file_in_training_is_refused_with_its_row_or_counted(seqkit, plugin, tables):
    (tables / "train7.npy").write_bytes(b"nothing of the kind")
    line = ["train", "seq2seq", "--train", tables / "train.tsv", *QUICK, "--set", "encoder=dots"]
    line += ["--set", "epochs=1", "--out", tables / "run"]
    result = seqkit(*line)
    assert result.code == 1
    assert "train.tsv:9: column 'dots'" in result.err and "train7.npy: is not an array" in result.err
    result = seqkit(*line, "--skip-bad")
    assert result.code == 0 and "1 bad record(s) skipped" in result.err


def test_drawings_are_measured_and_judged(seqkit, plugin, drawer, reader, tmp_path):
    lines = ["text\ttarget"]
    for number, rows in enumerate(([0, 1], [2], [1, 1])):
        toy_media.save_dots(tmp_path, f"t{number}", rows)
        lines.append(f"one two\tt{number}.npy")
    (tmp_path / "t.tsv").write_text("\n".join(lines) + "\n")
    data = json.loads(seqkit("evaluate", drawer, tmp_path / "t.tsv", "--json", "--judge", reader).out)
    assert data["log_likelihood"] < 0
    assert data["drawn"]["exact"]["total"] == data["real"]["exact"]["total"] == 3
    assert "Judged" in seqkit("evaluate", drawer, tmp_path / "t.tsv", "--judge", reader).out
    result = seqkit("evaluate", drawer, tmp_path / "t.tsv", "--judge", drawer)
    assert result.code == 2 and "It must read dots and write text" in result.err
    for option in (
        ["--beam", "7"],
        ["--length-penalty", "2"],
        ["--max-ratio", "9"],
        ["--tokenize", "nonsense"],
    ):
        result = seqkit("evaluate", drawer, tmp_path / "t.tsv", *option)
        assert result.code == 2 and f"{option[0]}: is for models that write text" in result.err


def test_the_checksum_distinguishes_arrays():
    from seqkit.examples import Pair
    from seqkit.media import Sound
    from seqkit.tasks.seq2seq.data import PairData

    def checksum(*values):
        pairs = [Pair({"audio": Sound(np.array(values, np.float32), 8000)}, "one")]
        return PairData(pairs, [], "xx", "xx", []).checksum

    long = np.zeros(5000)
    assert checksum(*long) == checksum(*long)
    long[2500] = 1e-6
    assert checksum(*long) != checksum(*np.zeros(5000))
    text = PairData([Pair({"text": "a"}, "b")], [], "en", "de", []).checksum
    # Of text it stays what it was: runs that were begun before go on.
    assert text == "7f23ab977d95d0bad802ecc0fc410ca5126e7ffce7e44319720254c06c58b470"


LINES_BY_ANOTHER_NAME = """
from seqkit import EncoderSpec, hookimpl
from seqkit_seq2seq import TextOptions
from seqkit_seq2seq.encoder import TextEncoder
from seqkit_seq2seq.vocabulary import SourceText
from seqkit.examples import Pair

class Facts(SourceText):
    @classmethod
    def gather(cls, pairs, options):
        return super().gather([Pair({"text": pair.sources["chars"]}) for pair in pairs], options)

@hookimpl
def seqkit_encoders():
    yield EncoderSpec(
        "chars", build="chars_plugin:TextEncoder", facts="chars_plugin:Facts", options=TextOptions, summary="lines"
    )
"""


def test_an_encoder_of_lines_may_have_any_name(seqkit, install_plugin, tmp_path):
    install_plugin("chars", LINES_BY_ANOTHER_NAME)
    pairs, out = tmp_path / "pairs.tsv", tmp_path / "run"
    pairs.write_text("".join(f"the {word} .\tdas {word} .\n" for word in ("dog", "cat", "cow", "hen") * 3))
    trained = seqkit(
        *(
            "train",
            "seq2seq",
            "--train",
            pairs,
            "--dev",
            pairs,
            "--source",
            "en",
            "--target",
            "de",
            "--out",
            out,
        ),
        *("--set", "encoder=chars", "--set", "epochs=1", "--set", "vocab_size=40", *QUICK),
    )
    assert trained.code == 0, trained.err
    told = seqkit("translate", "--model", out, stdin=b"the dog .\n\nthe hen .\n")
    assert told.code == 0 and told.out.count("\n") == 3
    measured = seqkit("evaluate", out, pairs, "--source", "en", "--target", "de", "--json")
    assert json.loads(measured.out)["pairs"] == 12


def test_no_output_replaces_an_input(plugin, tmp_path):
    """Numbered as the sources are, in a folder or beside the name."""
    spec = registry().find("decoders", "dots")
    names = ["2.npy", "a-1.npy", "b.npy"]
    inputs = [str(tmp_path / name) for name in names]
    for out in (tmp_path, tmp_path / "a.npy"):
        with pytest.raises(SeqkitError, match="is also an input"):
            FileTarget(out, spec).check_apart(len(inputs), inputs)
    with pytest.raises(SeqkitError, match="is also an input"):
        FileTarget(tmp_path / "b.npy", spec).check_apart(1, inputs)
    FileTarget(tmp_path, spec).check_apart(1, inputs)
    FileTarget(tmp_path / "c.npy", spec).check_apart(3, inputs)
    assert not list(tmp_path.glob("*.npy"))
