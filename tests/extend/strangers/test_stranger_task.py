"""A third-party task, a sentence classifier, works on the command line like a built-in task."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PACKAGE = HERE / "packages" / "sentence-classes"


def weights(folder):
    return (folder / "model.safetensors").read_bytes()


def epochs(folder):
    """The rows of metrics.csv, without the time."""
    with open(folder / "training" / "metrics.csv", encoding="utf-8") as file:
        return [
            {key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)
        ]


def public_names():
    """The function of tests/test_imports.py that gives the imports a plugin may not have."""
    spec = importlib.util.spec_from_file_location("rules_of_imports", HERE.parents[1] / "test_imports.py")
    rules = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rules)
    return rules.wrong_in_plugin


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory):
    """Where the folder of a classifier is kept for the tests of this module."""
    return tmp_path_factory.mktemp("trained") / "model"


@pytest.fixture
def trained(classifiers, train, trained_once, tmp_path):
    """The folder of a classifier."""
    if not trained_once.exists():
        result = train(trained_once, "epochs=20")
        assert result.code == 0, result.err
    return shutil.copytree(trained_once, tmp_path / "model")


def test_it_imports_only_public_names():
    wrong_in_plugin = public_names()
    for path in sorted((HERE / "packages").rglob("*.py")):
        module = ".".join(path.relative_to(HERE / "packages").with_suffix("").parts[1:])
        assert wrong_in_plugin(module, path.read_text(encoding="utf-8")) == [], path


def test_it_is_listed(classifiers, seqkit):
    result = seqkit("plugins")
    (row,) = [line for line in result.out.splitlines() if line.startswith("sentence-classes")]
    for part in ("1.4", "task sentence-class", "model classifier", "command classify", "metric macro-f1"):
        assert part in row
    assert result.err == ""
    tasks = [line.split() for line in seqkit("plugins", "--kind", "tasks").out.splitlines()]
    assert ["sentence-class", "sentence", "classification", "sentence-classes", "1.4"] in tasks
    assert "Give a sentence its class." in seqkit("--help").out
    help = " ".join(seqkit("train", "--help").out.split())
    assert "Sentence-class: --text-column <text> Column, or JSON key, that holds the sentence." in help


def test_options_are_listed_with_default_and_meaning(classifiers, seqkit):
    lines = [" ".join(line.split()) for line in seqkit("train", "classifier", "--options").out.splitlines()]
    assert lines[0] == "classifier: a class for each sentence"
    for line in (
        "class_column class – Column, or JSON key, that holds the class.",
        "rare_words 1 – Words seen less often in training count as unknown.",
        "lowercase true – Whether case is ignored.",
        "recurrence gru – Which registered recurrence computes z_t.",
        "pooling mean – One of mean, last. How the z_t become one vector: their mean, or the last one.",
        "learning_rate 0.01 – Maximum learning rate.",
    ):
        assert line in lines
    assert any(line.startswith("label_smoothing 0.0 ") for line in lines)


def test_it_learns_and_is_measured(trained, seqkit, sentences):
    result = seqkit("evaluate", trained, sentences / "dev.tsv", "--json", "--metric", "exact")
    report = json.loads(result.out)
    assert report["sentences"] == 30
    assert report["metrics"]["accuracy"]["value"] > 0.9, "three classes: 1/3 by chance"
    assert report["metrics"]["macro-f1"]["value"] > 90
    assert report["metrics"]["exact"]["value"] == pytest.approx(100 * report["metrics"]["accuracy"]["value"])
    low, high = report["metrics"]["macro-f1"]["interval_95"]
    assert low <= report["metrics"]["macro-f1"]["value"] <= high
    assert report["metrics"]["log_likelihood"]["value"] < 0
    best = max(epochs(trained), key=lambda row: float(row["dev_macro-f1"]))
    assert report["metrics"]["macro-f1"]["value"] == pytest.approx(float(best["dev_macro-f1"]), abs=1e-4)


def test_the_card_has_the_scores_of_dev_and_of_the_evaluation(trained, seqkit, sentences):
    result = seqkit("evaluate", trained, sentences / "dev.tsv", "--card")
    assert result.code == 0 and "macro-f1" in result.out
    card = (trained / "README.md").read_text(encoding="utf-8")
    assert "# A sentence classifier (gru)" in card and "classes: food, law, sport" in card
    assert "- Plugins: sentence-classes 1.4" in card
    assert f"## Scores on {sentences / 'dev.tsv'}" in card and "## Scores on dev, epoch" in card
    assert 'class_column = "class"' in card
    assert seqkit("models", "verify", trained).code == 0


def test_the_model_records_its_task_and_requirements(trained, seqkit):
    facts = json.loads(seqkit("models", "info", trained, "--json").out)
    assert (facts["task"], facts["model"], facts["missing"]) == ("sentence-class", "classifier", [])
    assert facts["needs"] == {
        "models": {"classifier": "sentence-classes"},
        "tasks": {"sentence-class": "sentence-classes"},
        "recurrences": {"gru": "seqkit"},
    }
    assert facts["versions"]["sentence-classes"] == "1.4"
    assert "sentence-class" in seqkit("models", "info", trained).out


@pytest.mark.parametrize("recurrence", ["rnn", "lstm", "sru"])
def test_the_recurrence_is_chosen_by_name(classifiers, train, seqkit, tmp_path, recurrence):
    out = tmp_path / recurrence
    assert train(out, f"recurrence={recurrence}", "epochs=1").code == 0
    config = json.loads((out / "config.json").read_text(encoding="utf-8"))
    assert config["options"]["recurrence"] == recurrence
    assert config["needs"]["recurrences"] == {recurrence: "seqkit"}
    assert seqkit("classify", "the court", "--model", out).code == 0


def test_a_recurrence_that_there_is_not(classifiers, train, tmp_path):
    result = train(tmp_path / "out", "recurrence=lsmt")
    assert (
        result.code == 2
        and "no recurrence named 'lsmt'" in result.err
        and "Did you mean 'lstm'?" in result.err
    )
    assert "Traceback" not in result.err


def test_its_command_classifies(trained, seqkit):
    assert seqkit("classify", "--model", trained, "the judge was seen").out == "law\n"
    result = seqkit("classify", "-m", trained, "-", "--json", stdin=b"a goal\nSOUP\n")
    found = [json.loads(line) for line in result.out.splitlines()]
    assert [one["class"] for one in found] == ["sport", "food"]
    for one in found:
        assert sum(one["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert max(one["probabilities"], key=one["probabilities"].get) == one["class"]


def test_load_gives_the_network(trained):
    import seqkit as package

    model = package.load(trained)
    assert not model.training
    p_NC = model.probabilities(["the judge was seen"])
    assert model.facts.classes[int(p_NC.argmax())] == "law"


def test_python_applies_it_by_its_verb_and_by_apply_and_pipe(trained, tmp_path):
    import seqkit as package

    model = package.load(trained)
    (found,) = model.classify("the judge was seen", all_classes=True)
    assert found["label"] == "law" and sum(found["classes"].values()) == pytest.approx(1, abs=1e-5)
    assert model.apply("the judge\na goal") == model.apply(["the judge", "a goal"])
    assert [one["label"] for one in model.pipe(iter(["a goal", "SOUP"] * 200))] == ["sport", "food"] * 200
    (tmp_path / "rows.txt").write_text("a goal\nthe court\n", encoding="utf-8")
    assert [one["label"] for one in model.apply(tmp_path / "rows.txt")] == ["sport", "law"]
    with pytest.raises(package.SeqkitError, match="not for tagging") as caught:
        model.tag("a goal")
    assert caught.value.fix == "Use its method `classify`."
    with pytest.raises(package.SeqkitError, match="unknown option 'al_classes'"):
        model.classify("a goal", al_classes=True)


def test_another_commands_model_is_refused_by_the_verb_that_serves_it(trained, seqkit):
    result = seqkit("tag", "the judge", "-m", trained)
    assert result.code == 2 and "a model for sentence-class, not for tagging" in result.err
    assert "Use `seqkit classify`." in result.err
    result = seqkit("classify", "the judge", "-m", "en-tagger")
    assert result.code == 2 and "Use `seqkit tag`." in result.err


def test_the_seed_decides_the_weights(classifiers, train, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert train(tmp_path / name, f"seed={seed}", "epochs=2").code == 0
    assert weights(tmp_path / "a") == weights(tmp_path / "b")
    assert epochs(tmp_path / "a") == epochs(tmp_path / "b")
    assert weights(tmp_path / "a") != weights(tmp_path / "c")
    assert train(tmp_path / "d", "epochs=2", more=("--seed", 2)).code == 0
    assert weights(tmp_path / "c") == weights(tmp_path / "d")


def test_its_options_are_flags_settings_and_a_section_of_a_file(classifiers, train, tmp_path):
    flags = ("--rare-words", 40, "--no-lowercase")
    assert train(tmp_path / "flags", "epochs=1", more=flags).code == 0
    assert train(tmp_path / "set", "epochs=1", "rare_words=40", "lowercase=false").code == 0
    config = tmp_path / "own.toml"
    config.write_text("[task]\nrare_words = 40\nlowercase = false\n")
    assert train(tmp_path / "toml", "epochs=1", more=("--config", config)).code == 0
    assert weights(tmp_path / "flags") == weights(tmp_path / "set") == weights(tmp_path / "toml")
    words = json.loads((tmp_path / "flags" / "classes.json").read_text())["words"]
    assert 0 < len(words) < 10, "the frequent words alone"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--rare-words", "0"), "rare_words=0 is out of range"),
        (("--set", "rare_word=3"), "Did you mean 'rare_words'?"),
        (("--set", "pooling=max"), "option pooling='max'"),
        (("--set", "metric=macro-f2"), "no metric named 'macro-f2'\nDid you mean 'macro-f1'?"),
        (("--class-column", "topic"), "has no column 'topic'\nName one of text, class by --class-column."),
        (("--label", "upos"), "--label: not for a model for sentence-class"),
        (("--set", "bptt_window=3"), "option bptt_window=3: is for models for"),
    ],
)
def test_wrong_options_are_named(classifiers, train, tmp_path, given, said):
    result = train(tmp_path / "out", more=given)
    assert result.code == 2 and said in result.err and "Traceback" not in result.err
    assert not (tmp_path / "out" / "config.json").exists()


def test_a_flag_of_the_task_is_refused_for_other_models(classifiers, seqkit, sentences, tmp_path):
    data = ("--corpus", "sample-english", "--out", tmp_path / "out")
    result = seqkit("train", "rnn", *data, "--rare-words", "3")
    assert result.code == 2 and "--rare-words: not for a model for tagging" in result.err
    result = seqkit("evaluate", "en-tagger", sentences / "dev.tsv", "--class-column", "topic")
    assert result.code == 2 and "--class-column: is for models of sentence-class" in result.err


def test_json_lines_and_bad_records(classifiers, train, seqkit, sentences, tmp_path):
    rows = [line.split("\t") for line in (sentences / "train.tsv").read_text().splitlines()[1:]]
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps({"text": text, "class": label}) + "\n" for text, label in rows))
    settings = [
        part for one in ("epochs=1", "threads=1", "hidden=12", "embedding_size=8") for part in ("--set", one)
    ]
    for name, file in (("json", path), ("tsv", sentences / "train.tsv")):
        result = seqkit("train", "classifier", "--train", file, "--out", tmp_path / name, *settings)
        assert result.code == 0, result.err
    assert weights(tmp_path / "json") == weights(tmp_path / "tsv")
    with open(path, "a") as file:
        file.write('{"text": "a goal"}\n')
    command = ("train", "classifier", "--train", path, *settings)
    result = seqkit(*command, "--out", tmp_path / "bad")
    assert result.code == 1 and f"{path}:91: not an example" in result.err
    assert seqkit(*command, "--out", tmp_path / "skipped", "--skip-bad").code == 0


def test_training_begins_with_a_trained_model(trained, train, tmp_path):
    result = train(tmp_path / "further", "epochs=1", more=("--from", trained))
    assert result.code == 0, result.err
    assert float(epochs(tmp_path / "further")[0]["train_loss"]) < float(epochs(trained)[0]["train_loss"])
    assert "Trained further from `model`" in (tmp_path / "further" / "README.md").read_text()
    result = train(tmp_path / "wider", "hidden=20", more=("--from", trained))
    assert result.code == 2 and "its weights do not fit these options" in result.err


def test_without_dev_every_epoch_is_trained(classifiers, train, tmp_path):
    assert train(tmp_path / "out", "epochs=2", dev=False).code == 0
    assert [row["epoch"] for row in epochs(tmp_path / "out")] == ["1", "2"]
    assert "No dev split was given" in (tmp_path / "out" / "README.md").read_text()


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_interrupted_and_resumed_it_gives_the_same_weights(
    classifiers, train, seqkit, tmp_path, monkeypatch, share
):
    """Ctrl-C in the first step, within an epoch and in the last step, with dropout, moments of Adam and an average."""
    settings, whole, broken = (
        ("epochs=3", "dropout=0.4", "average=0.9"),
        tmp_path / "whole",
        tmp_path / "broken",
    )
    assert train(whole, *settings).code == 0
    steps = int(epochs(whole)[-1]["updates"])
    from sentence_classes.trainable import ClassifierTrainable

    collate, calls, last = ClassifierTrainable.collate, [], max(1, round(share * steps))

    def interrupted(self, indices, seed):
        calls.append(seed)
        if len(calls) == last:
            signal.raise_signal(signal.SIGINT)
        return collate(self, indices, seed)

    with monkeypatch.context() as patch:
        patch.setattr(ClassifierTrainable, "collate", interrupted)
        result = train(broken, *settings)
    assert len(calls) == last < steps + 1 and not (broken / "MANIFEST.json").exists()
    assert result.code == 130 and f"seqkit train classifier --out {broken} --resume" in result.err
    assert seqkit("train", "classifier", "--out", broken, "--resume").code == 0
    assert weights(whole) == weights(broken)
    assert epochs(whole) == epochs(broken)


@pytest.mark.slow
def test_killed_and_resumed_it_gives_the_same_weights(classifiers, train, arguments, seqkit, tmp_path):
    settings, whole, broken = ("epochs=60", "save_minutes=0"), tmp_path / "whole", tmp_path / "broken"
    assert train(whole, *settings).code == 0
    command = [sys.executable, "-m", "seqkit", *map(str, arguments(broken, *settings))]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    metrics, end = broken / "training" / "metrics.csv", time.monotonic() + 60
    while not metrics.exists() and time.monotonic() < end:
        time.sleep(0.01)
    process.kill()
    process.communicate(timeout=60)
    assert not (broken / "MANIFEST.json").exists(), "it was killed before its end"
    assert seqkit("train", "classifier", "--out", broken, "--resume").code == 0
    assert weights(whole) == weights(broken)
    assert epochs(whole) == epochs(broken)


def test_loading_warns_of_another_version_of_the_plugin(trained, classifiers, seqkit):
    info = classifiers / "sentence_classes-1.4.dist-info"
    renamed = info.with_name("sentence_classes-1.5.dist-info")
    shutil.move(info, renamed)
    (renamed / "METADATA").write_text("Metadata-Version: 2.1\nName: sentence-classes\nVersion: 1.5\n")
    result = seqkit("classify", "the judge", "-m", trained)
    assert result.out == "law\n" and "was made with sentence-classes 1.4 (installed: 1.5)" in result.err


def test_without_the_plugin_its_model_names_the_package_to_install(trained, seqkit, monkeypatch):
    from seqkit.extend.manager import registry

    monkeypatch.setenv("SEQKIT_PLUGINS", "")
    registry.cache_clear()
    facts = json.loads(seqkit("models", "info", trained, "--json").out)
    assert any("plugin package sentence-classes" in problem for problem in facts["missing"])
    result = seqkit("evaluate", trained, "dev.tsv")
    assert result.code == 2 and "a model for sentence-class, which `evaluate` does not know" in result.err
    assert seqkit("classify", "x", "-m", trained).code == 2


def test_the_records_import_nothing_heavy(classifiers, tmp_path):
    probe = "import sys; from seqkit.extend.manager import registry; registry(); "
    probe += "print(sorted({'torch', 'numpy', 'spacy'} & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.slow
def test_pip_installs_it(tmp_path):
    source, site = shutil.copytree(PACKAGE, tmp_path / "source"), tmp_path / "site"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
    ]
    subprocess.run([*command, "--target", str(site), str(source)], check=True)
    env = {**os.environ, "PYTHONPATH": str(site)}
    listed = subprocess.run(
        [sys.executable, "-m", "seqkit", "plugins", "--json"], capture_output=True, env=env
    )
    (mine,) = [one for one in json.loads(listed.stdout)["plugins"] if one["plugin"] == "sentence-classes"]
    assert mine["provides"]["tasks"] == ["sentence-class"] and mine["version"] == "1.4"
