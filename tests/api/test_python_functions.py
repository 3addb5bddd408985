"""`seqkit.load`, `train`, `evaluate` and `run_batch` behave like the commands."""

from __future__ import annotations

import doctest
import importlib
import inspect
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import seqkit as package
from seqkit.extend.manager import load as resolve
from seqkit.extend.manager import registry
from seqkit.option_fields import option_fields

MODULES = ("models", "evaluation", "training", "batches")
LINES = ["Der Hund schläft im Garten.", "", "Zwei Kinder spielen."]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_the_docstrings_run(module):
    found = doctest.testmod(importlib.import_module(f"seqkit.api.{module}"), raise_on_error=False)
    assert found.attempted > 0 and found.failed == 0


def test_load_gives_the_labels_of_the_command(seqkit, tmp_path):
    (tmp_path / "a.txt").write_text("She left, as he said. Time flies.\n\nDoes it?", encoding="utf-8")
    told = seqkit("tag", tmp_path / "a.txt", "-f", "jsonl", "--top", "2").out.splitlines()
    found = package.load("en-tagger").tag((tmp_path / "a.txt").read_text(), top=2)
    assert [one.words for one in found] == [json.loads(line)["words"] for line in told]
    assert [one.labels["xpos"] for one in found] == [json.loads(line)["xpos"] for line in told]
    assert len(found[0].ranked["upos"][0]) == 2


def test_pipe_equals_tag_for_each_text():
    tagger = package.load("en-tagger")
    texts = ["She left. He stays", "it rains", "", "Does it?"] * 80
    of_each = list(tagger.pipe(iter(texts), label="upos"))
    assert len(of_each) == len(texts)
    for text, found in zip(texts[:4], of_each[:4], strict=True):
        alone = tagger.tag(text, label="upos")
        assert [(one.words, one.labels) for one in found] == [(one.words, one.labels) for one in alone]
    assert list(of_each[0][0].labels) == ["upos"]


def test_pretokenized_text_keeps_its_words():
    (sentence,) = package.load("en-tagger").tag("don't stop", pretokenized=True)
    assert sentence.words == ["don't", "stop"]


def test_a_translator_gives_strings_with_their_scores(seqkit):
    told = seqkit("translate", "-m", "de-en", "-", stdin="\n".join(LINES).encode()).out.splitlines()
    translator = package.load("de-en")
    found = translator.translate(LINES)
    assert found == told and list(translator.pipe(LINES)) == told
    assert found[0].log_prob < 0 and found[0].source == LINES[0] and found[0].score < 0
    several = translator.translate(LINES[0], n_best=3, beam=4)
    assert len(several) == 3 and several[0].score >= several[1].score >= several[2].score
    assert pickle.loads(pickle.dumps(found[0])) == found[0]


def test_apply_reads_texts_and_files(tmp_path):
    (tmp_path / "a.txt").write_text("\n".join(LINES), encoding="utf-8")
    translator = package.load("de-en")
    found = translator.apply([tmp_path / "a.txt", "Der Hund schläft."])
    texts = [own[0] if own else "" for own in found]
    assert texts == [*translator.translate(LINES), *translator.translate("Der Hund schläft.")]
    tagger = package.load("en-tagger")
    (tmp_path / "b.conllu").write_text("1\tShe\t_\t_\t_\t_\t_\t_\t_\t_\n\n", encoding="utf-8")
    (of_file,), (of_text,) = tagger.apply([tmp_path / "b.conllu", "He stays."], label="upos")
    assert of_file.labels["upos"] == ["PRON"] and of_text.labels["upos"] == ["PRON", "VERB", "PUNCT"]


def test_a_task_that_names_another_class_is_a_fault_of_its_plugin(monkeypatch):
    import dataclasses

    from seqkit.api import models

    spec = dataclasses.replace(registry().find("tasks", "tagging"), loaded="seqkit.errors:SeqkitError")
    monkeypatch.setattr(models, "task_of", lambda info: spec)
    with pytest.raises(package.SeqkitError, match=r"which is no seqkit\.tasks\.LoadedModel"):
        package.load("en-tagger")
    assert {"load", "train", "evaluate", "SeqkitError"} <= set(dir(package))


def test_a_text_that_cannot_be_translated_does_not_affect_others(monkeypatch):
    translator = package.load("de-en")
    from seqkit.tasks.seq2seq import application

    whole, fault = application.apply_chunk, package.SeqkitError("too long", "Cut it.")

    def faulty(models, sources, options, numbers, handling):
        found = whole(models, sources, options, numbers, handling)
        return [fault if "Kinder" in s["text"] else own for s, own in zip(sources, found, strict=True)]

    monkeypatch.setattr(application, "apply_chunk", faulty)
    assert list(translator.pipe(LINES, on_error="skip"))[1:] == ["", None]
    with pytest.raises(package.SeqkitError, match="input 3: too long"):
        list(translator.pipe(LINES))
    with pytest.raises(package.SeqkitError, match="on_error='raise': unknown"):
        list(translator.pipe(LINES, on_error="raise"))


def test_methods_have_the_options_of_batches_with_their_defaults():
    methods = {"tag": (), "translate": ("into",), "generate": ()}
    for registered in registry().all("tasks"):
        spec = registered.spec
        if spec.verb not in methods:
            continue
        taken = inspect.signature(getattr(resolve(spec.loaded), spec.verb)).parameters
        for field in option_fields(spec.application):
            if field.name not in methods[spec.verb]:
                assert taken[field.name].default == field.default, field.name


COMMANDS = {
    "train": ("seqkit.cli.train", {"options", "devices"}),
    "evaluate": ("seqkit.cli.evaluate", {"as_json", "as_markdown", "precision"}),
    "run_batch": ("seqkit.cli.batch", {"as_json"}),
}
"""Function -> the module of its command, and options that only a terminal needs."""
NAMES = {"train_files": "train", "dev_files": "dev", "start": "from_", "set_": "options"}


@pytest.mark.parametrize("name", COMMANDS)
def test_functions_have_the_options_of_their_commands(name):
    module, apart = COMMANDS[name]
    command = importlib.import_module(module)
    taken = inspect.signature(
        command.verbs()["tag"] if name == "run_batch" else getattr(command, name)
    ).parameters
    of_command = {NAMES.get(one, one) for one in taken if not one.startswith("option_")} - apart - {"given"}
    own = inspect.signature(getattr(package, name)).parameters
    assert of_command <= set(own)
    for one, parameter in taken.items():
        if one in own and own[one].default is not inspect.Parameter.empty and one not in ("shard", "drop"):
            assert own[one].default == parameter.default, one


def test_a_method_of_another_task_is_refused_by_name():
    tagger = package.load("en-tagger")
    with pytest.raises(package.SeqkitError, match="a model for tagging, not for seq2seq") as caught:
        tagger.translate("Hallo.")
    assert caught.value.fix == "Use its method `tag`."
    assert not hasattr(tagger, "generate") and not hasattr(tagger, "nothing_of_the_kind")


def test_attributes_of_the_loaded_model_are_there():
    tagger = package.load("en-tagger")
    assert (
        tagger.loaded.model is tagger.model and tagger.W.shape == tagger.matrices()["W"].shape
    ) or tagger.W.ndim == 2


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: package.load(None), r"expected a model's name or folder \(str or path\), got NoneType"),
        (lambda: package.load(b"en-tagger"), "got bytes"),
        (lambda: package.load("en-tagger").tag(None), r"expected a text \(str\), got NoneType"),
        (lambda: package.load("en-tagger").pipe("She left."), "expected several texts"),
        (lambda: package.load("en-tagger").pipe(3), "expected several texts"),
        (lambda: list(package.load("en-tagger").pipe(["a", 3])), r"expected a text \(str\), got int"),
        (lambda: package.load("de-en").translate(3), "expected a text or several lines"),
        (lambda: package.evaluate("en-tagger", None), "expected a corpus's name or files"),
        (lambda: package.evaluate(3, "sample-english"), "expected a model's name or folder"),
        (lambda: package.train(None, out="x"), r"expected a model to train \(str\), got NoneType"),
        (lambda: package.train("rnn", out="x", train=[3]), "expected files"),
        (lambda: package.run_batch(None, "a", out="b"), "expected the command of a task"),
        (lambda: package.run_batch("tag", [3], out="b"), "expected files or folders"),
        (lambda: package.run_batch("tag", 3, out="b"), "expected files or folders"),
        (lambda: package.run_batch("tag", "a", out="b", processes="2"), "processes: expected int, got str"),
        (
            lambda: package.run_batch("tag", "a", out="b", keep=3),
            "keep: expected str or Sequence or None, got int",
        ),
        (lambda: package.evaluate("en-tagger", "a", card=1), "card: expected bool, got int"),
        (lambda: package.train("rnn", out="x", seed="1"), "seed: expected int or None, got str"),
        (lambda: package.load("en-tagger", device=0), "device: expected str, got int"),
        (lambda: package.load("en-tagger").tag("x", top=True), "top: expected int, got bool"),
        (lambda: package.load("de-en").translate("x", beam=2.5), "beam: expected int or None, got float"),
    ],
)
def test_a_wrong_type_names_the_expected_one(call, said):
    with pytest.raises(TypeError, match=said):
        list(call())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda tmp: package.load(tmp / "none"), "no such model folder"),
        (lambda tmp: package.load("en-taggr"), "Did you mean 'en-tagger'"),
        (lambda tmp: package.load("en-tagger").tag("x", label="upso"), "--label upso"),
        (lambda tmp: package.load("en-tagger").apply("x", bema=1), "unknown option 'bema'"),
        (lambda tmp: package.evaluate("en-tagger", "sample-english", rwa=True), "unknown option 'rwa'"),
        (lambda tmp: package.evaluate("en-tagger", str(tmp / "a.conllu"), split="dev"), "has none"),
        (lambda tmp: package.train("lsmt", out=tmp / "o"), "Did you mean 'lstm'"),
        (lambda tmp: package.train("rnn", out=tmp / "o"), "no training data given"),
        (lambda tmp: package.train("rnn", corpus="sample-english", out=tmp / "o", hiden=3), "hidden"),
        (
            lambda tmp: package.train("rnn", corpus="sample-english", out="en-tagger"),
            "name of a model that ships",
        ),
        (lambda tmp: package.run_batch("tga", tmp, out=tmp / "o"), "Did you mean 'tag'"),
        (lambda tmp: package.run_batch("tag", tmp, out=tmp / "o", on_error="go"), "on-error go: unknown"),
        (lambda tmp: package.run_batch("tag", tmp / "none.txt", out=tmp / "o"), "none.txt"),
        (
            lambda tmp: package.run_batch("tag", tmp, out=tmp / "o", processes=-1),
            "processes=-1: is too small",
        ),
        (
            lambda tmp: package.run_batch("tag", tmp, out=tmp / "o", shard=(3, 2)),
            "shard=(3, 2): is not (i, n)",
        ),
        (lambda tmp: package.load("en-tagger", device="tpu"), "--device tpu: no such device"),
    ],
)
def test_errors_are_those_of_the_commands(call, said, tmp_path):
    with pytest.raises(package.SeqkitError) as caught:
        call(tmp_path)
    assert said in str(caught.value)


def test_training_is_quiet_and_restores_the_state_of_the_process(tmp_path, capfd):
    torch.use_deterministic_algorithms(False)
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    options = {"hidden": 6, "word_size": 6, "char_size": 0, "piece_size": 0, "affix_size": 0, "epochs": 1}
    out = tmp_path / "model"
    tagger = package.train(
        "rnn", corpus="sample-english", out=out, seed=3, threads=1, label="upos", **options
    )
    assert capfd.readouterr() == ("", "")
    assert torch.equal(torch.get_rng_state(), state) and torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()
    assert tagger.folder == out and list(tagger.facts.labels) == ["upos"] and tagger.options.hidden == 6
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "seqkit train rnn --corpus sample-english" in card and "--set hidden=6" in card
    again = package.train("rnn", out=out, resume=True)
    assert again.folder == out, "a finished run is loaded"
    report = package.evaluate(out, "sample-english", split="test", card=True)
    assert "<table>" in report._repr_html_()
    assert report.card.title in (out / "README.md").read_text(encoding="utf-8")
    assert capfd.readouterr() == ("", "")


def test_an_interrupted_training_raises_keyboard_interrupt_with_the_command_to_resume(tmp_path, monkeypatch):
    from seqkit.training import run
    from seqkit.training.stopping import Stopped

    def stop(*arguments):
        torch.manual_seed(5)
        raise Stopped

    monkeypatch.setattr(run, "train", stop)
    state = torch.get_rng_state()
    with pytest.raises(KeyboardInterrupt, match="resume=True"):
        package.train("rnn", corpus="sample-english", out=tmp_path / "o", threads=1)
    assert torch.equal(torch.get_rng_state(), state)


def test_evaluate_gives_the_report_of_the_command(seqkit):
    told = json.loads(seqkit("evaluate", "en-tagger", "sample-english", "--split", "dev", "--json").out)
    report = package.evaluate("en-tagger", "sample-english", split="dev", threads=2)
    assert json.loads(json.dumps(report.data)) == told


BATCH = """
import seqkit, sys
from pathlib import Path
folder = Path(sys.argv[1])
summary = seqkit.run_batch("tag", [folder / "a.txt"], out=folder / "out", processes=1, format="jsonl", label="upos")
print(summary.finished, summary.totals.words, summary._repr_html_())
"""


def test_a_batch_runs_from_a_script_without_a_guard(tmp_path):
    (tmp_path / "a.txt").write_text("She left. He stays.", encoding="utf-8")
    (tmp_path / "script.py").write_text(BATCH, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py", tmp_path],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == "True 6 <p>finished: 2 records, 6 words, 0 bad</p>\n", done.stderr
    assert done.stderr == ""
    row = json.loads((tmp_path / "out" / "a.jsonl").read_text().splitlines()[0])
    assert row["upos"] == ["PRON", "VERB", "PUNCT"] and "xpos" not in row


def test_importing_and_loading_stay_light(tmp_path):
    code = (
        "import seqkit, sys\n"
        "heavy = {'torch', 'spacy', 'matplotlib', 'numpy'}\n"
        "assert not heavy & set(sys.modules)\n"
        "tagger = seqkit.load('en-tagger')\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert len(tagger.tag('She left. He stays.')) == 2\n"
        "print(sorted({'torch', 'spacy'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert run.stdout.strip() == "[]", run.stderr


def test_every_function_is_listed_and_documented():
    for name in ("load", "tag", "translate", "generate", "train", "evaluate", "run_batch"):
        assert name in package.__all__ and len(getattr(package, name).__doc__) > 100
    page = (Path(__file__).parents[2] / "docs" / "python.md").read_text(encoding="utf-8")
    assert all(f"seqkit.{name}(" in page for name in ("load", "train", "evaluate", "run_batch"))
