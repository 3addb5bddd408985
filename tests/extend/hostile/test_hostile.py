"""Faulty plugins have no effect on others and are reported by name."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from toy import tiny

from seqkit.cli.app import main
from seqkit.examples import Sentence
from seqkit.models.artifact import save_model
from seqkit.tasks.tagging.loading import load_tagger

PLUGINS = Path(__file__).parent / "plugins"
AT_IMPORT = {
    "import_error": "cannot be imported: ModuleNotFoundError: No module named 'a_package_nobody_has'",
    "syntax_error": "cannot be imported: SyntaxError: invalid syntax",
    "exits_at_import": "cannot be imported: SystemExit: 3",
    "cancelled": "cannot be imported: CancelledError: the loop has closed",
    "wrong_record": "its hook seqkit_recurrences yielded a dict, not a RecurrenceSpec",
    "misspelt_hook": "seqkit_recurences",
    "raising_hook": "its hook seqkit_recurrences failed: RuntimeError: the disk is on fire",
    "name_clash": "the recurrence name 'lstm' is registered by plugin 'lstm' of seqkit",
    "changed_state": "changed the working folder, Python's random state, numpy's random state, torch's random state,"
    " torch's threads, torch's default dtype, torch's gradient mode (restored) at import",
}
"""Plugins that do wrong when they are imported or asked -> what is said of them."""
IN_A_LAYER = {
    "exits_in_step": "ended the command by SystemExit(0)",
    "cancelled_in_step": "ended the command by CancelledError()",
    "wrong_shape": "its `step` gives z of shape (2, 3), not (2, 4)",
    "not_a_number": "its `step` gives numbers that are not finite",
    "no_state": "its `step` gives a Tensor, not z and the state after it",
    "other_signature": "(input_size, hidden_size, colour) cannot be called with (int, int)",
}
"""Plugins whose layer `hostile` does wrong -> what is said of them."""
OTHERS = ("hanging_import", "writes_to_stdout")
SMALL = ("hidden=6", "char_hidden=4", "vocab_size=100", "epochs=1", "recurrence=hostile")
TAG = ("tag", "Time flies like an arrow.", "--format", "conllu")


@pytest.fixture(scope="module")
def site(tmp_path_factory, write_plugin):
    """A folder with every hostile plugin installed, each under the name of its file."""
    folder = tmp_path_factory.mktemp("hostile")
    for name in (*AT_IMPORT, *IN_A_LAYER, *OTHERS):
        write_plugin(folder, name, (PLUGINS / f"{name}.py").read_text(encoding="utf-8"), name)
    (folder / "chatty_layer.py").write_text((PLUGINS / "chatty_layer.py").read_text(encoding="utf-8"))
    return folder


@pytest.fixture(scope="module")
def start(site, tmp_path_factory):
    """Start `seqkit ARGUMENTS` with these of the hostile plugins."""

    def run(names, *arguments):
        own = {"PYTHONPATH": str(site), "SEQKIT_PLUGINS": ",".join(names), "OMP_NUM_THREADS": "1"}
        return subprocess.Popen(
            [sys.executable, "-m", "seqkit", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | own,
            cwd=tmp_path_factory.mktemp("here"),
            text=True,
        )

    return run


@pytest.fixture(scope="module")
def outcome(start):
    """Run `seqkit ARGUMENTS` with these of the hostile plugins: exit code, standard output, standard error."""

    def run(names, *arguments):
        process = start(names, *arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    return run


@pytest.fixture(scope="module")
def listed(outcome):
    return outcome((*AT_IMPORT, "writes_to_stdout"), "plugins")


def test_every_file_is_tried():
    names = {path.stem for path in PLUGINS.glob("*.py")}
    assert names == {*AT_IMPORT, *IN_A_LAYER, *OTHERS, "chatty_layer"}


@pytest.mark.parametrize("name", AT_IMPORT)
def test_effects_of_a_plugin_at_import_are_reported(listed, name):
    code, out, err = listed
    assert code == 0 and "Traceback" not in err
    lines = [
        line for line in err.splitlines() if line.startswith(f"seqkit: plugin '{name}' of {name}-dist: ")
    ]
    assert any(AT_IMPORT[name] in line for line in lines)
    assert ["lstm", "built", "in", "recurrence", "lstm;", "model", "lstm"] in [
        line.split() for line in out.splitlines()
    ]


def test_all_of_them_together_change_no_output(outcome):
    alone = outcome((), *TAG)
    together = outcome((*AT_IMPORT, "writes_to_stdout"), *TAG)
    assert alone[0] == together[0] == 0
    assert alone[1] == together[1] != ""
    assert alone[2] == ""
    # On a busy machine the import of torch, which `changed_state` begins, may take long.
    said = [line for line in together[2].splitlines() if "still importing" not in line]
    assert said == ["printed at import", "written at import"]


def test_a_layer_that_writes_to_standard_output_does_not_change_the_data(install_plugin, outcome, tmp_path):
    site = install_plugin(
        "writes_to_stdout", (PLUGINS / "writes_to_stdout.py").read_text(), module="writes_to_stdout"
    )
    (site / "chatty_layer.py").write_text((PLUGINS / "chatty_layer.py").read_text())
    save_model(tmp_path / "model", "lstm", tiny("lstm", recurrence="chatty"), card="# Chatty\n")
    words = ["the", "dog", "barks"]
    expected = load_tagger(str(tmp_path / "model")).predict([Sentence(words)])[0]
    command = ("tag", "the dog barks", "-m", tmp_path / "model", "-f", "jsonl")
    code, out, err = outcome(("writes_to_stdout",), *command)
    row = json.loads(out)
    assert code == 0
    assert {"words": words, **expected}.items() <= row.items()
    for said in (
        "printed in step",
        "printed by the first name",
        "written in step",
        "as the layer is imported",
    ):
        assert said in err


def test_an_import_that_never_ends_is_named_and_can_be_interrupted(start):
    process = start(("hanging_import",), "plugins")
    named, started = process.stderr.readline(), time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - started < 5
    assert named.startswith(
        "seqkit: still importing plugin 'hanging_import' of hanging_import-dist 0.1 after 5 s"
    )
    assert "interrupted while importing plugin 'hanging_import' of hanging_import-dist 0.1" in err
    assert (process.returncode, out, "Traceback" in err) == (130, "", False)


@pytest.mark.parametrize("name", IN_A_LAYER)
def test_faults_of_a_layer_are_reported(install_plugin, monkeypatch, capfd, tmp_path, name):
    """In this process: a training's start takes seconds."""
    install_plugin(name, (PLUGINS / f"{name}.py").read_text(encoding="utf-8"), module=name)
    settings = [part for one in SMALL for part in ("--set", one)]
    command = ["train", "rnn", "--corpus", "sample-english", "--out", str(tmp_path / "run"), *settings]
    monkeypatch.setattr(sys, "argv", ["seqkit", *command])
    with pytest.raises(SystemExit) as left:
        main()
    out, err = capfd.readouterr()
    lines = err.splitlines()
    assert (left.value.code, out) == (1, "")
    assert len(lines) <= 2
    assert lines[0].startswith(f"seqkit: plugin '{name}' of {name}-dist 0.1")
    assert IN_A_LAYER[name] in lines[0]
