"""`seqkit train` as users call it: corpora, own files, spaCy Docs, raw text with a pipeline, third-party plugins."""

from __future__ import annotations

import csv
import importlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass

import pytest

from seqkit.data.catalogue import corpus_files

QUICK = [
    "epochs=2",
    "hidden=8",
    "char_hidden=4",
    "char_size=4",
    "word_size=6",
    "piece_size=4",
    "vocab_size=100",
]
STRANGER = '''
from collections.abc import Iterable
from dataclasses import dataclass

import torch

from seqkit import ModelSpec, RecurrenceSpec, TaggerOptions, hookimpl
from seqkit.nn.recurrent import Recurrence

class Leaky(Recurrence):
    """z_t = a z_{t-1} + (1 - a) tanh(W x_t)"""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.linear = torch.nn.Linear(input_size, hidden_size)
        self.a = torch.nn.Parameter(torch.zeros(hidden_size))

    def step(self, x_BD, state):
        a = torch.sigmoid(self.a)
        z_BH = a * state[0] + (1 - a) * torch.tanh(self.linear(x_BD))
        return z_BH, (z_BH,)

@dataclass(frozen=True)
class Options(TaggerOptions):
    recurrence: str = "leaky"
    bidirectional: bool = True

@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("leaky", layer="leaky_plugin:Leaky")

@hookimpl
def seqkit_models():
    yield ModelSpec("leaky", task="tagging", options=Options, build="seqkit.models.tagger:build")
'''


def quick(*extra: str) -> list[str]:
    return [part for setting in [*QUICK, *extra] for part in ("--set", setting)]


@dataclass
class Run:
    config: dict
    card: str
    epochs: int


def look(out) -> Run:
    config = json.loads((out / "config.json").read_text())
    rows = (out / "training" / "metrics.csv").read_text().splitlines()
    assert (out / "training" / "learning-curve.png").read_bytes().startswith(b"\x89PNG")
    return Run(config, (out / "README.md").read_text(), len(rows) - 1)


def sample(split):
    return corpus_files("sample-english", split)[0]


@pytest.mark.parametrize("model", ["rnn", "birnn", "deeprnn", "lstm", "gru", "sru"])
def test_each_model_from_a_corpus(seqkit, tmp_path, model):
    out = tmp_path / "run"
    result = seqkit("train", model, "--corpus", "sample-english", "--out", out, *quick())
    assert (result.code, result.out) == (0, "")
    run = look(out)
    assert run.config["model"] == model and run.config["language"] == "en" and run.epochs == 2
    assert "sample-english" in run.card and "seqkit train" in run.card and "gold" in run.card
    resolved = tomllib.loads((out / "training" / "config.toml").read_text())
    assert resolved["task"]["label"] == ["upos", "xpos", "feats", "lemma"]
    assert resolved["model"]["hidden"] == 8
    tagged = seqkit("tag", "The dog sleeps.", "-m", out, "-f", "jsonl")
    assert len(json.loads(tagged.out)["upos"]) == 4


@pytest.mark.parametrize("model", ["rnn", "lstm", "gru", "sru"])
def test_training_in_float64_begins_as_in_float32_does(seqkit, tmp_path, model):
    """The same first weights and batches: one update later the losses differ by rounding alone."""
    losses = {}
    for dtype in ("float32", "float64"):
        out = tmp_path / dtype
        given = quick("epochs=1", f"train_dtype={dtype}", "dropout=0", "word_dropout=0")
        result = seqkit("train", model, "--corpus", "sample-english", "--out", out, *given)
        assert result.code == 0, result.err
        (row,) = csv.DictReader((out / "training" / "metrics.csv").open(encoding="utf-8"))
        losses[dtype] = float(row["train_loss"])
    assert losses["float32"] == pytest.approx(losses["float64"], rel=1e-4)
    assert losses["float32"] != losses["float64"]


def test_a_users_own_files_in_another_language_and_half_precision(seqkit, tmp_path):
    out = tmp_path / "mine"
    files = ["--train", sample("train"), "--dev", sample("dev")]
    result = seqkit(
        "train",
        "lstm",
        *files,
        "--out",
        out,
        "--lang",
        "hu",
        "--label",
        "upos",
        *quick("weights_dtype=float16"),
    )
    assert result.code == 0
    run = look(out)
    assert (run.config["language"], run.config["weights_dtype"]) == ("hu", "float16")
    assert list(json.loads((out / "labels" / "labels.json").read_text())) == ["upos"]


@pytest.mark.parametrize("suffix", [".spacy", ".jsonl", ".tsv", ".conllu.gz"])
def test_every_format_with_labels_can_be_trained_on(seqkit, tmp_path, suffix):
    train, dev = tmp_path / f"gold{suffix}", tmp_path / f"dev{suffix}"
    assert seqkit("corpora", "convert", sample("train"), train).code == 0
    assert seqkit("corpora", "convert", sample("dev"), dev).code == 0
    out, twin = tmp_path / "converted", tmp_path / "original"
    # JSON Lines and TSV are written without lemmas.
    kinds = ["--label", "upos", "--label", "xpos", "--label", "feats", *quick()]
    assert seqkit("train", "birnn", "--train", train, "--dev", dev, "--out", out, *kinds).code == 0
    files = ["--train", sample("train"), "--dev", sample("dev")]
    assert seqkit("train", "birnn", *files, "--out", twin, *kinds).code == 0
    assert (out / "model.safetensors").read_bytes() == (twin / "model.safetensors").read_bytes()


def test_raw_text_labelled_by_a_pipeline_is_silver_everywhere(seqkit, tmp_path, tiny_pipeline):
    raw, out = tmp_path / "raw.txt", tmp_path / "silver"
    raw.write_text("The dog sleeps. A cat runs home!\n\n" * 120)
    result = seqkit(
        "train", "rnn", "--train", raw, "--gold", f"spacy:{tiny_pipeline}", "--out", out, *quick()
    )
    assert result.code == 0, result.err
    assert "held out" in result.err
    assert "SILVER: labels by en_tiny 1.2" in result.err and "on SILVER labels" in result.err
    run = look(out)
    assert "## Scores on dev (SILVER labels by en_tiny 1.2)" in run.card
    for extra in ((), ("--raw",)):
        measured = json.loads(seqkit("evaluate", out, "sample-english", "--json", *extra).out)
        assert (measured["silver"], measured["model_silver"]) == (None, "en_tiny 1.2")
    assert (run.config["silver"], run.config["language"]) == ("en_tiny 1.2", "en")
    assert "SILVER, made by en_tiny 1.2" in run.card
    assert "silver" in seqkit("models", "info", out).out.lower()


def test_a_config_file_and_its_slips(seqkit, tmp_path):
    config = tmp_path / "small.toml"
    config.write_text('[model]\nhidden = 7\n[training]\nepochs = 1\noptimizer = "sgd"\n')
    out = tmp_path / "run"
    line = ["train", "rnn", "--corpus", "sample-english", "--config", config, "--seed", "5"]
    assert seqkit(*line, "--out", out, "--set", "hidden=6").code == 0
    resolved = tomllib.loads((out / "training" / "config.toml").read_text())
    assert resolved["model"]["hidden"] == 6
    assert (resolved["training"]["optimizer"], resolved["training"]["seed"]) == ("sgd", 5)
    again = tmp_path / "again"
    line = ["train", "rnn", "--config", out / "training" / "config.toml", "--out", again]
    assert seqkit(*line).code == 0
    assert (again / "model.safetensors").read_bytes() == (out / "model.safetensors").read_bytes()


def test_a_third_party_recurrence_and_model_train_and_tag(seqkit, tmp_path, install_plugin):
    install_plugin("leaky", STRANGER)
    out, built_on = tmp_path / "leaky", tmp_path / "built-on"
    assert seqkit("train", "leaky", "--corpus", "sample-english", "--out", out, *quick()).code == 0
    options = quick("recurrence=leaky")
    assert seqkit("train", "birnn", "--corpus", "sample-english", "--out", built_on, *options).code == 0
    for folder in (out, built_on):
        tagged = seqkit("tag", "The dog sleeps.", "-m", folder, "-f", "jsonl")
        assert len(json.loads(tagged.out)["upos"]) == 4
    assert look(out).config["needs"]["models"] == {"leaky": "leaky-dist"}


def test_a_model_without_its_plugin_names_the_package_to_install(
    seqkit, tmp_path, install_plugin, monkeypatch
):
    from seqkit.extend.manager import registry

    site = install_plugin("leaky", STRANGER)
    out = tmp_path / "leaky"
    assert seqkit("train", "leaky", "--corpus", "sample-english", "--out", out, *quick()).code == 0
    monkeypatch.setenv("SEQKIT_PLUGINS", "")
    registry.cache_clear()
    result = seqkit("tag", "x", "-m", out)
    assert result.code == 1 and "which SEQKIT_PLUGINS excludes" in result.err
    monkeypatch.delenv("SEQKIT_PLUGINS")
    (site / "leaky_plugin.py").write_text("import a_package_nobody_has")
    sys.modules.pop("leaky_plugin")
    registry.cache_clear()
    result = seqkit("tag", "x", "-m", out)
    assert result.code == 1 and "a_package_nobody_has" in result.err and "pip install" not in result.err
    shutil.rmtree(site / "leaky_dist-0.1.dist-info")
    importlib.invalidate_caches()
    registry.cache_clear()
    result = seqkit("tag", "x", "-m", out)
    assert result.code == 1 and "pip install leaky-dist" in result.err


def test_a_finished_run_is_not_trained_again_nor_overwritten(seqkit, tmp_path):
    out = tmp_path / "run"
    line = ["train", "rnn", "--corpus", "sample-english", "--out", out, *quick()]
    assert seqkit(*line).code == 0
    before = (out / "model.safetensors").stat().st_mtime_ns
    refused = seqkit(*line)
    assert refused.code == 2 and "--resume" in refused.err
    finished = seqkit(*line, "--resume")
    assert finished.code == 0 and "finished" in finished.err
    assert (out / "model.safetensors").stat().st_mtime_ns == before


def test_a_run_can_be_resumed_from_another_folder(seqkit, tmp_path, monkeypatch):
    out, here = tmp_path / "run", tmp_path / "here"
    here.mkdir()
    (here / "gold.conllu").write_bytes(sample("train").read_bytes())

    def stop(*arguments):
        raise KeyboardInterrupt

    monkeypatch.chdir(here)
    with monkeypatch.context() as patch:
        patch.setattr("seqkit.tasks.tagging.preparing.calibrate", stop)
        stopped = seqkit("train", "rnn", "--train", "gold.conllu", "--out", out, *quick())
    assert stopped.code == 130 and f"Continue with: seqkit train rnn --out {out} --resume" in stopped.err
    assert not (out / "MANIFEST.json").exists()
    monkeypatch.chdir(tmp_path)
    assert seqkit("train", "rnn", "--out", out, "--resume").code == 0
    assert "--train gold.conllu" in look(out).card and "--resume" not in look(out).card


def test_an_interrupt_while_reading_leaves_no_files(seqkit, tmp_path, monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("seqkit.tasks.tagging.preparing.read_data", stop)
    result = seqkit("train", "rnn", "--corpus", "sample-english", "--out", tmp_path / "run")
    assert result.code == 130 and "nothing was written" in result.err
    assert not (tmp_path / "run").exists()


BLOCK = "1\tdogs\t_\t{}\t_\t_\t_\t_\t_\t_\n2\tsleep\t_\t{}\t_\t_\t_\t_\t_\t_\n\n"


def test_odd_corpora(seqkit, tmp_path):
    files = {
        "unlabelled": BLOCK.format("_", "_") * 3,
        "empty": "",
        "one": BLOCK.format("NOUN", "VERB"),
        "new-in-dev": BLOCK.format("PROPN", "VERB"),
    }
    for name, text in files.items():
        (tmp_path / f"{name}.conllu").write_text(text)
    raw = tmp_path / "raw.txt"
    raw.write_text("Dogs sleep.")

    def attempt(name, *extra):
        return seqkit("train", "rnn", "--train", name, "--out", tmp_path / "run", *extra, *quick())

    refused = (("unlabelled", "no labels to learn from"), ("empty", "no sentence"), ("none", "no such file"))
    for name, message in refused:
        result = attempt(tmp_path / f"{name}.conllu")
        assert result.code in (1, 2) and message in result.err, (name, result.err)
    assert "--gold spacy:" in attempt(raw).err
    assert "spacy download" in attempt(raw, "--gold", "spacy:en_no_such_pipeline").err
    assert not (tmp_path / "run").exists()
    assert "has no xpos labels" in attempt(tmp_path / "one.conllu", "--label", "xpos").err
    result = attempt(tmp_path / "one.conllu", "--dev", tmp_path / "new-in-dev.conllu")
    assert result.code == 0 and "PROPN" in result.err
    alone = seqkit("train", "rnn", "--train", tmp_path / "one.conllu", "--out", tmp_path / "alone", *quick())
    assert alone.code == 0 and "no dev split" in alone.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lstm", "--corpus", "sample-english", "--set", "hiden=3"], "Did you mean 'hidden'?"),
        (["lstm", "--corpus", "sample-english", "--set", "optimizer=adma"], "Did you mean 'adam'?"),
        (["lsmt", "--corpus", "sample-english"], "Did you mean 'lstm'?"),
        (["lstm", "--corpus", "sample-englsh"], "sample-english"),
        (["lstm", "--corpus", "sample-english", "--label", "pos"], "Did you mean 'upos'?"),
        (["lstm"], "--corpus NAME or --train FILE"),
        (["lstm", "--corpus", "sample-english", "--train", "x.conllu"], "--corpus NAME or --train FILE"),
        (["lstm", "--corpus", "sample-english", "--set", "hidden=0"], "hidden"),
        (["lstm", "--corpus", "sample-english", "--set", "dropout=2"], "dropout"),
        (["lstm", "--corpus", "sample-english", "--set", "hidden=1000000000000000000"], "hidden"),
        (["lstm", "--corpus", "sample-english", "--set", "hidden=true"], "hidden=true: is not a number"),
        (["lstm", "--corpus", "sample-english", "--set", "vocab_size=10000000000000"], "vocab_size"),
        (["lstm", "--corpus", "sample-english", "--set", "learning_rate=inf"], "learning_rate"),
        (["lstm", "--corpus", "sample-english", "--seed", "18446744073709551616"], "seed"),
        (["lstm", "--corpus", "sample-english", "--threads", "100000"], "threads"),
        (
            ["lstm", "--corpus", "sample-german-english"],
            "a corpus for translation; its examples are not sentences",
        ),
        (["lstm", "--corpus", "sample-english", "--max-seconds", "3"], "--max-seconds: not for a model"),
        (["lstm", "--corpus", "sample-english", "--teacher", "de-en"], "Use `seqkit translate`."),
        (["seq2seq", "--corpus", "sample-german-english", "--set", "encoder="], "Known: "),
        (["rnn", "--corpus", "sample-english", "--set", "inference_dtype=int8"], "RNN has no int8 form"),
        (["lstm", "--corpus", "sample-english", "--set", "recurrence=lstn"], "Did you mean 'lstm'?"),
        (["lstm", "--corpus", "sample-english", "--source", "de"], "--source: not for a model for tagging"),
        (
            ["lstm", "--corpus", "sample-english", "--set", "momentum=0.9"],
            "momentum=0.9: is for the optimizer sgd",
        ),
        (["lstm", "--corpus", "sample-english", "--set", "noise=0.1"], "noise=0.1: it is for --teacher"),
        (
            ["lstm", "--corpus", "sample-english", "--set", "renaming=0.5"],
            "renaming=0.5: is for models for seq2seq",
        ),
        (["lstm", "--train", "caf\udce9.conllu"], "--train: is not UTF-8"),
        (
            ["seq2seq", "--corpus", "sample-german-english", "--teacher", "x"],
            "--teacher: not for a model for seq2seq",
        ),
    ],
)
def test_mistakes_are_named_and_leave_no_files(seqkit, tmp_path, arguments, message):
    result = seqkit("train", *arguments, "--out", tmp_path / "run")
    assert result.code == 2
    assert message in result.err
    assert not (tmp_path / "run").exists()


def test_the_sides_are_those_of_the_model_that_is_trained_further(seqkit, tmp_path):
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("en\tde\n" + "The dog sleeps.\tDer Hund schläft.\n" * 3, encoding="utf-8")
    options = ("--set", "epochs=1", "--set", "batch_words=50", "--threads", "1")
    result = seqkit(
        "train", "seq2seq", "--from", "de-en", "--train", pairs, "--out", tmp_path / "run", *options
    )
    assert result.code == 0, result.err
    languages = json.loads((tmp_path / "run" / "languages.json").read_text())
    assert (languages["source"], languages["target"]) == ("de", "en")
    card = (tmp_path / "run" / "README.md").read_text()
    assert "from de to en" in card and "Training pairs: 3" in card


def test_a_run_continues_when_the_reader_of_stderr_has_gone(tmp_path):
    """As after `seqkit train … 2>&1 | head -1`."""
    reader, writer = os.pipe()
    os.close(reader)
    command = ["train", "rnn", "--corpus", "sample-english", "--out", tmp_path / "run", *quick()]
    try:
        ended = subprocess.run([sys.executable, "-m", "seqkit", *command], stderr=writer, stdout=writer)
    finally:
        os.close(writer)
    assert ended.returncode == 0 and (tmp_path / "run" / "MANIFEST.json").exists()


def test_the_name_of_a_model_that_ships_is_no_folder_to_train_in(seqkit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = seqkit("train", "rnn", "--corpus", "sample-english", "--out", "en-tagger", *quick())
    assert result.code == 2 and "en-tagger: is the name of a model that ships" in result.err
    assert not (tmp_path / "en-tagger").exists()


def test_a_model_to_begin_with_is_found_from_another_folder(seqkit, tmp_path, monkeypatch):
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    assert seqkit("train", "rnn", "--corpus", "sample-english", "--out", "base", *quick()).code == 0
    command = ("train", "rnn", "--corpus", "sample-english", "--from", "base", "--out", "further", *quick())
    assert seqkit(*command).code == 0
    asked = tomllib.loads((tmp_path / "further" / "training" / "config.toml").read_text())
    assert asked["sources"]["start"] == str(tmp_path / "base")


def test_a_file_is_no_folder_to_train_in(seqkit, tmp_path):
    (tmp_path / "run").write_text("mine")
    result = seqkit("train", "rnn", "--corpus", "sample-english", "--out", tmp_path / "run", *quick())
    assert result.code == 2 and "is a file, not a folder" in result.err
    result = seqkit("train", "rnn", "--train", "no.conllu", "--out", tmp_path / "run" / "deep" / "er")
    assert result.code == 2 and f"{tmp_path / 'run'}: is a file, not a folder" in result.err
    assert (tmp_path / "run").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whoever runs the tests may write anywhere")
def test_a_read_only_folder_is_refused_before_reading_data(seqkit, tmp_path):
    tmp_path.chmod(0o500)
    result = seqkit("train", "rnn", "--train", "no.conllu", "--out", tmp_path / "run")
    tmp_path.chmod(0o700)
    assert result.code == 1 and f"{tmp_path / 'run'}: cannot be written" in result.err


def test_a_language_without_a_tokenizer_is_refused(seqkit, tmp_path):
    line = ["train", "rnn", "--corpus", "sample-english", "--lang", "zz", *quick()]
    result = seqkit(*line, "--out", tmp_path / "run")
    assert result.code == 0 and "language 'zz': unknown to spaCy" in result.err


@pytest.mark.parametrize("content", ["{}", "[]", "3"])
def test_a_run_without_provenance_is_not_resumed(seqkit, tmp_path, content):
    line = ["train", "rnn", "--corpus", "sample-english", "--out", tmp_path / "run", *quick()]
    assert seqkit(*line).code == 0
    (tmp_path / "run" / "MANIFEST.json").unlink()
    config = tmp_path / "run" / "training" / "config.toml"
    # An option may stand before the sections, too.
    config.write_text("threads = 1\n" + config.read_text().replace("threads = 0\n", ""))
    (tmp_path / "run" / "training" / "begun.json").write_text(content)
    result = seqkit("train", "rnn", "--out", tmp_path / "run", "--resume")
    assert result.code == 1 and "begun.json: does not record" in result.err


@pytest.mark.parametrize(
    "command",
    [
        ["lstm", "--corpus", "sample-english"],
        ["seq2seq", "--corpus", "sample-german-english", "--source", "de", "--target", "en"],
    ],
)
def test_a_network_that_exceeds_memory_is_refused(seqkit, tmp_path, command):
    # Its U alone would take 1.6 PB, more than a process can address.
    result = seqkit("train", *command, "--out", tmp_path / "run", "--set", f"hidden={10**7}")
    assert result.code == 2 and "hidden=10000000: the network takes" in result.err
    assert not (tmp_path / "run").exists()
