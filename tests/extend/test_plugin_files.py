"""Plugins from single files (`--plugin`), the number of the plugin API, hooks without @hookimpl, and the allow-list."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from seqkit import __version__
from seqkit.errors import SeqkitError
from seqkit.extend.api_version import PLUGIN_API
from seqkit.extend.files import checked, named_in
from seqkit.extend.manager import registry

METRIC = """
from seqkit import MetricSpec, hookimpl

@hookimpl
def seqkit_metrics():
    yield MetricSpec("mine", metric="mine_try:Mine", summary="mine")

class Mine:
    pass
"""


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-P", "-m", "seqkit", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_a_file_is_a_plugin_of_the_command_that_names_it(tmp_path):
    (tmp_path / "mine_try.py").write_text(METRIC)
    (tmp_path / "json_of_its_own.py").write_text("raise SystemExit")
    done = run("plugins", "--kind", "metrics", "--plugin", tmp_path / "mine_try.py", SEQKIT_PLUGINS="")
    assert done.stderr == "" and "mine_try.py sha256." in done.stdout
    assert "mine_try" not in run("plugins", "--kind", "metrics").stdout


def test_its_folder_is_not_importable(tmp_path):
    (tmp_path / "mine_try.py").write_text("import helper_of_mine\n")
    (tmp_path / "helper_of_mine.py").write_text("")
    done = run("plugins", f"--plugin={tmp_path / 'mine_try.py'}")
    assert "No module named 'helper_of_mine'" in done.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none.py", "no such file"),
        ("my-plugin.py", "not the name of a Python module"),
        ("json.py", "another module"),
    ],
)
def test_unusable_files_are_refused(tmp_path, name, said):
    if name != "none.py":
        (tmp_path / name).write_text("")
    with pytest.raises(SeqkitError, match=said) as refused:
        checked(str(tmp_path / name))
    assert refused.value.exit_code == 2 and refused.value.fix


def test_values_are_found_before_the_arguments_end():
    given = ["tag", "--plugin", "a.py", "x", "--plugin=b.py", "--", "--plugin", "c.py"]
    assert named_in(given) == ["b.py", "a.py"]


def reasons(install_plugin, code):
    install_plugin("mine", code)
    return [failure.reason for failure in registry().failures]


def test_a_plugin_of_a_newer_api_is_refused_with_a_fix(install_plugin):
    (reason,) = reasons(install_plugin, f"SEQKIT_PLUGIN_API = {PLUGIN_API + 1}\n{METRIC}")
    assert f"plugin API {PLUGIN_API + 1}" in reason and "pip install --upgrade seqkit" in reason
    assert "mine" not in [one.spec.name for one in registry().all("metrics")]


def test_a_plugin_of_this_api_is_taken(install_plugin):
    assert reasons(install_plugin, f"SEQKIT_PLUGIN_API = {PLUGIN_API}\n{METRIC}") == []
    assert registry().find("metrics", "mine")


def test_an_unusable_number_is_a_fault(install_plugin):
    (reason,) = reasons(install_plugin, f"SEQKIT_PLUGIN_API = 'one'\n{METRIC}")
    assert "not a number" in reason


@pytest.mark.parametrize(
    ("name", "hint"),
    [("seqkit_metrics", "write @hookimpl"), ("seqkit_metrcs", "Did you mean 'seqkit_metrics'?")],
)
def test_a_forgotten_hookimpl_is_named(install_plugin, name, hint):
    code = METRIC.replace("@hookimpl\n", "").replace("def seqkit_metrics", f"def {name}")
    (reason,) = reasons(install_plugin, code)
    assert f"the function {name} is not a hook" in reason and hint in reason


def test_the_file_of_settings_lists_what_is_imported(install_plugin, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "seqkit").mkdir()
    settings = tmp_path / "seqkit" / "config.toml"
    settings.write_text('plugins = ["other"]\n')
    (reason,) = reasons(install_plugin, METRIC)
    assert str(settings) in reason and "not installed" in reason
    assert registry().plugins and all(plugin.builtin for plugin in registry().plugins)
    monkeypatch.setenv("SEQKIT_PLUGINS", "mine")
    registry.cache_clear()
    assert registry().find("metrics", "mine")


LONG_KEY = ".".join("a" * 50_000)  # tomllib would need 7 GB for it


@pytest.mark.parametrize(
    "content",
    [
        "plugins = [",
        "plugins = 3\n",
        b"\xff\xfe",
        f"{LONG_KEY} = 1",
        f"a = {'[' * 3000}",
        f"a = {'9' * 5000}",
    ],
    ids=["open", "number", "bytes", "long key", "nested", "digits"],
)
def test_nothing_is_imported_while_the_file_of_settings_is_bad(
    install_plugin, monkeypatch, tmp_path, content
):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "seqkit").mkdir()
    settings = tmp_path / "seqkit" / "config.toml"
    settings.write_bytes(content if isinstance(content, bytes) else content.encode())
    (reason,) = reasons(install_plugin, METRIC)
    assert "is not loaded" in reason and str(settings) in reason
    assert all(plugin.version == __version__ for plugin in registry().plugins)


LAYER = """
from dataclasses import dataclass

import torch
from torch import nn

from seqkit import ModelSpec, RecurrenceSpec, TaggerOptions, hookimpl
from seqkit.nn.recurrent import Recurrence


class Leaky(Recurrence):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.x = nn.Linear(input_size, hidden_size)
        self.z = nn.Linear(hidden_size, hidden_size, bias=False)

    def step(self, x_BD, state):
        z_BH = 0.5 * state[0] + 0.5 * torch.tanh(self.x(x_BD) + self.z(state[0]))
        return z_BH, (z_BH,)


@dataclass(frozen=True)
class Options(TaggerOptions):
    recurrence: str = "leaky"
    hidden: int = 20


@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("leaky", layer="leaky_try:Leaky")


@hookimpl
def seqkit_models():
    yield ModelSpec("leaky", task="tagging", options=Options, build="seqkit.models.tagger:build")
"""


@pytest.mark.slow
def test_worker_processes_load_the_file_too(tmp_path):
    (tmp_path / "leaky_try.py").write_text(LAYER)
    (tmp_path / "text.txt").write_text("The dog sees a cat.\n" * 300)
    file, model = ("--plugin", tmp_path / "leaky_try.py"), tmp_path / "run"
    few = ("--set", "epochs=2", "--set", "batch_words=50")
    data = ("--corpus", "sample-english")
    assert run("train", "leaky", *data, "--out", model, *few, *file).returncode == 0
    assert run("evaluate", model, "sample-english", "--split", "dev", *file).returncode == 0
    for number in (1, 2):
        done = run(
            *("tag", "--file", tmp_path / "text.txt", "--model", model, "-o", tmp_path / f"{number}.conllu"),
            *("--processes", number, *file),
        )
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "1.conllu").read_bytes() == (tmp_path / "2.conllu").read_bytes()
    done = run("tag", "Time flies.", "--model", model)
    assert done.returncode == 1 and "Name it: --plugin PATH/leaky_try.py" in done.stderr
