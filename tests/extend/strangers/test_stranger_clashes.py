"""Clashes of names between plugins, and with seqkit's commands, are reported."""

from __future__ import annotations

import json

import pytest
import typer

from seqkit.cli import evaluate, train
from seqkit.terminal.flags import Flags, with_flags

TASK = """
from dataclasses import dataclass
from seqkit import CommandSpec, ModelSpec, TaskSpec, hookimpl

@dataclass(frozen=True)
class Options:
    {training}: str = ""

@dataclass(frozen=True)
class Evaluation:
    {evaluation}: str = ""

@dataclass(frozen=True)
class Network:
    hidden: int = 3

@hookimpl
def seqkit_tasks():
    yield TaskSpec("{task}", implementation="os:path", options=Options, evaluation=Evaluation, verb="odd")

@hookimpl
def seqkit_models():
    yield ModelSpec("{model}", task="{task}", options=Network, build="os:path", facts="os:path")
"""
COMMAND = """
from seqkit import CommandSpec, hookimpl

def run():
    print("the stranger's")

@hookimpl
def seqkit_commands():
    yield CommandSpec("{name}", command="{module}:run", summary="a stranger's")
"""
QUICK = [
    part for one in ("epochs=1", "hidden=6", "char_hidden=4", "vocab_size=100") for part in ("--set", one)
]


def task(task="odd", model="odd", training="alpha", evaluation="beta"):
    return TASK.format(task=task, model=model, training=training, evaluation=evaluation)


def failures(seqkit, plugin):
    """The faults of a plugin that `seqkit plugins` reports."""
    found = json.loads(seqkit("plugins", "--json").out)["failures"]
    return [one["reason"] for one in found if one["plugin"] == plugin]


def test_a_task_that_two_plugins_claim_belongs_to_neither_and_the_clash_is_named(
    install_plugin, seqkit, tmp_path, sentences
):
    install_plugin("one", task(model="first"))
    install_plugin("two", task(model="second"))
    clash = "the task name 'odd' is registered by plugin 'one' of one-dist 0.1 and by plugin 'two' of two-dist 0.1"
    for model in ("first", "second"):
        result = seqkit("train", model, "--train", sentences / "train.tsv", "--out", tmp_path / "out")
        assert result.code == 2 and clash in result.err and "SEQKIT_PLUGINS" in result.err
        result = seqkit("train", model, "--options")
        assert result.code == 2 and clash in result.err
    assert any(clash in reason for reason in failures(seqkit, "one"))
    assert seqkit("train", "rnn", "--options").code == 0
    assert "--alpha" not in seqkit("train", "--help").out


def test_the_folder_of_a_model_whose_task_is_claimed_twice_names_the_clash(
    install_package, install_plugin, arguments, seqkit, sentences, tmp_path
):
    install_package("sentence-classes")
    assert seqkit(*arguments(tmp_path / "model", "epochs=1")).code == 0
    install_plugin("two", task(task="sentence-class", model="other"))
    clash = "the task name 'sentence-class' is registered by plugin 'sentence-classes' of sentence-classes 1.4 and by"
    for command in (
        ("evaluate", tmp_path / "model", sentences / "dev.tsv"),
        ("classify", "x", "-m", tmp_path / "model"),
    ):
        result = seqkit(*command)
        assert result.code and clash in result.err and "Traceback" not in result.err, command


def test_a_built_in_task_keeps_its_name(install_plugin, seqkit):
    install_plugin("thief", task(task="tagging"))
    (reason,) = failures(seqkit, "thief")
    assert "the task name 'tagging' is registered by plugin 'tagging' of seqkit" in reason
    assert "the built-in one is used" in reason
    assert "--alpha" not in seqkit("train", "--help").out


@pytest.mark.parametrize(
    "option",
    [
        "out",
        "corpus",
        "train",
        "dev",
        "config",
        "set",
        "options",
        "seed",
        "threads",
        "resume",
        "skip_bad",
        "help",
    ],
)
def test_an_option_of_training_that_the_command_has_is_refused(install_plugin, seqkit, tmp_path, option):
    install_plugin("odd", task(training=option))
    assert any(f"'{option}'" in one and "`seqkit train`" in one for one in failures(seqkit, "odd"))
    result = seqkit("train", "rnn", "--options")
    assert result.code == 0 and "more than once" not in result.err
    result = seqkit("train", "odd", "--train", "x", "--out", tmp_path / "odd")
    assert result.code == 2 and "Plugins with faults: odd" in result.err


def test_the_flags_of_the_command_work_with_a_task_that_claims_them(install_plugin, seqkit, tmp_path):
    for option in ("train", "dev", "seed", "out"):
        install_plugin(option, task(option, option, training=option))
    path = tmp_path / "words.tsv"
    path.write_text("word\tupos\nAnn\tPROPN\nsleeps\tVERB\n")
    data = ("--train", path, "--dev", path, "--seed", "3", "--out", tmp_path / "out")
    result = seqkit("train", "rnn", *data, *QUICK)
    assert result.code == 0, result.err
    assert "seed = 3" in (tmp_path / "out" / "training" / "config.toml").read_text()


@pytest.mark.parametrize(
    "option", ["split", "json", "compare", "card", "skip_bad", "inference_dtype", "help"]
)
def test_an_option_of_evaluation_that_the_command_has_is_refused(install_plugin, seqkit, option):
    install_plugin("odd", task(evaluation=option))
    assert any(f"'{option}'" in one and "`seqkit evaluate`" in one for one in failures(seqkit, "odd"))
    result = seqkit("evaluate", "en-tagger", "sample-english", "--split", "dev", "--json")
    assert json.loads(result.out) and result.code == 0


@pytest.mark.parametrize("option", ["epochs", "hidden", "clip"])
def test_an_option_of_training_or_model_that_the_task_has_too_is_named(
    install_plugin, seqkit, tmp_path, option
):
    install_plugin("odd", task(training=option))
    result = seqkit("train", "odd", "--train", "x", "--out", tmp_path / "odd")
    assert result.code == 1 and f"its option {option} is also an option of Options" in result.err
    assert "Traceback" not in result.err


def test_a_flag_that_a_built_in_task_has_keeps_its_type(install_plugin, seqkit):
    """`--beam` of `evaluate` is a number of seq2seq's; `aaa` comes first by name."""
    code = task(task="aaa", evaluation="beam").replace('beam: str = ""', "beam: bool = False")
    install_plugin("odd", code)
    result = seqkit("evaluate", "de-en", "sample-german-english", "--split", "dev", "--beam", "1", "--json")
    assert result.code == 0, result.err


@pytest.mark.parametrize("name", ["train", "evaluate", "plugins", "models", "corpora", "tag"])
def test_a_command_cannot_take_the_name_of_a_built_in(install_plugin, seqkit, name):
    install_plugin("odd", COMMAND.format(name=name, module="odd_plugin"))
    (reason,) = failures(seqkit, "odd")
    assert f"'{name}'" in reason
    result = seqkit(name, "--help")
    assert result.code == 0 and "the stranger's" not in result.out
    lines = [line.split()[0] for line in seqkit("--help").out.splitlines() if line.startswith("  ")]
    assert lines.count(name) == 1


def test_the_reserved_commands_are_those_that_seqkit_has():
    from seqkit.cli.app import app
    from seqkit.cli.group import MADE
    from seqkit.extend.checks import BUILTIN_COMMANDS

    groups = typer.main.get_command(app).commands
    assert set(BUILTIN_COMMANDS) == {*MADE, *groups}


@pytest.mark.parametrize(("record", "command"), [("options", train.train), ("evaluation", evaluate.evaluate)])
def test_the_reserved_options_are_those_that_the_commands_have(record, command):
    from seqkit.extend.checks import BUILTIN_FLAGS

    app = typer.Typer()
    app.command()(with_flags(command, Flags({}, {})))
    found = {"help"}
    for parameter in typer.main.get_command(app).params:
        found |= {name.removeprefix("--").replace("-", "_") for name in parameter.opts if name.strip("-")}
    found = {name for name in found if len(name) > 1}
    assert set(BUILTIN_FLAGS[record][1]) == found - {"install_completion", "show_completion"}


def test_two_plugins_with_one_command(install_plugin, seqkit):
    for plugin in ("one", "two"):
        install_plugin(plugin, COMMAND.format(name="odd", module=f"{plugin}_plugin"))
    assert seqkit("odd").code == 2
    clash = "the command name 'odd' is registered by plugin 'one' of one-dist 0.1 and by plugin 'two' of two-dist 0.1"
    assert clash in failures(seqkit, "one")[0] and clash in failures(seqkit, "two")[0]
