"""Models and runs record the versions of the plugins that they need."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from seqkit import __version__
from seqkit.extend.manager import registry

LAYER = """
import torch
from torch import nn
from seqkit import RecurrenceSpec, hookimpl
from seqkit.nn.recurrent import Recurrence

class Fading(Recurrence):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.inner = nn.Linear(input_size, hidden_size)

    def step(self, x_BD, state):
        z_BH = torch.tanh(self.inner(x_BD) + 0.5 * state[0])
        return z_BH, (z_BH,)

@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("fading", layer="fading_plugin:Fading")
"""
SETTINGS = ("recurrence=fading", "hidden=6", "char_hidden=4", "vocab_size=100", "threads=1")
TRAIN = ["train", "rnn", "--corpus", "sample-english", *(p for one in SETTINGS for p in ("--set", one))]


def upgrade(site, version):
    """Install the plugin's distribution in another version; None removes it."""
    (old,) = site.glob("fading_dist-*.dist-info")
    if version is None:
        (site / "fading_plugin.py").unlink()
        shutil.rmtree(old)
    else:
        metadata = (old / "METADATA").read_text()
        (old / "METADATA").write_text(metadata.replace("Version: 0.1", f"Version: {version}"))
        old.rename(site / f"fading_dist-{version}.dist-info")
    sys.path_importer_cache.pop(str(site), None)
    registry.cache_clear()


@pytest.fixture
def trained(seqkit, install_plugin, tmp_path):
    """The site of the plugin, and the folder of a model that is made with its version 0.1."""
    site, out = install_plugin("fading", LAYER), tmp_path / "run"
    assert seqkit(*TRAIN, "--out", out, "--set", "epochs=1").code == 0
    return site, out


def test_a_model_and_its_card_name_the_versions(trained):
    _, out = trained
    versions = {"fading-dist": "0.1", "seqkit": __version__}
    assert json.loads((out / "config.json").read_text())["versions"] == versions
    assert json.loads((out / "training" / "begun.json").read_text())["versions"] == versions
    assert "- Plugins: fading-dist 0.1\n" in (out / "README.md").read_text()


def test_another_version_causes_one_warning(seqkit, trained):
    site, out = trained
    assert "fading-dist" not in seqkit("tag", "It sleeps.", "-m", out).err
    upgrade(site, "0.2")
    result = seqkit("evaluate", out, "sample-english", "--compare", out)
    assert result.code == 0
    assert result.err.count("was made with fading-dist 0.1 (installed: 0.2)") == 1


def test_a_model_of_builtins_or_without_versions_is_loaded_silently(seqkit, trained, monkeypatch):
    site, out = trained
    config = json.loads((out / "config.json").read_text())
    assert seqkit("tag", "It sleeps.").err == ""
    upgrade(site, "0.3")
    (out / "config.json").write_text(json.dumps({k: v for k, v in config.items() if k != "versions"}))
    from seqkit.models.folder import checksums, write_manifest

    write_manifest(out, checksums(out))
    assert seqkit("tag", "It sleeps.", "-m", out).err == ""


def test_what_is_missing_is_shown(seqkit, trained):
    site, out = trained
    assert "\nmissing" not in seqkit("models", "info", out).out
    upgrade(site, None)
    result = seqkit("models", "info", out)
    needed = "needs 'fading' of the plugin package fading-dist, which is not installed"
    assert result.code == 0 and f"missing     {needed}. Install it: pip install fading-dist" in result.out
    assert needed in json.loads(seqkit("models", "info", out, "--json").out)["missing"][0]


def test_a_run_is_resumed_only_with_the_versions_of_its_start(seqkit, install_plugin, tmp_path):
    site, out = install_plugin("fading", LAYER), tmp_path / "run"
    line = [sys.executable, "-m", "seqkit", *TRAIN, "--out", str(out), "--set", "epochs=10000"]
    run = subprocess.Popen(line, stderr=subprocess.DEVNULL, env=os.environ | {"OMP_NUM_THREADS": "1"})
    while not (out / "training" / "state.safetensors").exists():
        assert run.poll() is None
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    assert run.wait(60) == 130
    upgrade(site, "0.2")
    again = ["train", "rnn", "--out", out, "--resume"]
    result = seqkit(*again)
    assert result.code == 2 and "run: was begun with fading-dist 0.1 (installed: 0.2)" in result.err
    assert "Install the version" in result.err
    path = out / "training" / "begun.json"
    begun = json.loads(path.read_text())
    path.write_text(json.dumps({key: value for key, value in begun.items() if key != "versions"}))
    result = seqkit(*again)
    assert result.code == 2 and "was begun by an older seqkit, which recorded no versions" in result.err
