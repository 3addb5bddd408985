"""The example plugin of the book: installed, trained, applied, and checked by the conformance suite."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from seqkit.cli.app import app
from seqkit.examples import Sentence
from seqkit.extend.manager import registry
from seqkit.models.recurrences import recurrence_class
from seqkit.tasks.tagging.loading import load_tagger

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "seqkit-mingru"


@pytest.fixture
def mingru(tmp_path, monkeypatch):
    """The package on the path, with a dist-info made from its pyproject.toml."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    site = tmp_path / "site-packages"
    info = site / f"seqkit_mingru-{project['version']}.dist-info"
    shutil.copytree(EXAMPLE / "seqkit_mingru", site / "seqkit_mingru")
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    entries = "".join(f"{name} = {module}\n" for name, module in project["entry-points"]["seqkit"].items())
    (info / "entry_points.txt").write_text(f"[seqkit]\n{entries}")
    monkeypatch.syspath_prepend(site)
    monkeypatch.delenv("SEQKIT_PLUGINS", raising=False)
    importlib.invalidate_caches()
    registry.cache_clear()
    yield site
    registry.cache_clear()
    for module in [name for name in sys.modules if name.startswith("seqkit_mingru")]:
        del sys.modules[module]


def test_it_is_listed_without_faults(mingru):
    assert registry().failures == []
    assert registry().registered("models", "mingru").distribution == "seqkit-mingru"


def test_the_layer_is_its_equation(mingru):
    """Against numpy, for every step: z_t is the mean of z_{t-1} and n, weighted by the gate."""
    torch.manual_seed(1)
    layer = recurrence_class("mingru")(3, 4).double()
    x_BTD = torch.randn(2, 5, 3, dtype=torch.float64)
    z_BTH, (last_BH,) = layer(x_BTD)
    gate, new = ([p.detach().numpy() for p in part.parameters()] for part in (layer.gate, layer.candidate))
    z = 0.0
    for t, x_BD in enumerate(x_BTD.numpy().swapaxes(0, 1)):
        u = 1 / (1 + 2.718281828459045 ** -(x_BD @ gate[0].T + gate[1]))
        z = z + u * (x_BD @ new[0].T + new[1] - z)
        assert abs(z_BTH[:, t].detach().numpy() - z).max() < 1e-12
    assert torch.equal(z_BTH[:, -1], last_BH)


def test_it_trains_and_tags(mingru, tmp_path):
    out = tmp_path / "run"
    small = ["epochs=8", "batch_words=60", "hidden=32", "learning_rate=0.01", "average=0.9"]
    settings = [word for setting in small for word in ("--set", setting)]
    command = ["train", "mingru", "--corpus", "sample-english", "--out", str(out), *settings]
    assert CliRunner().invoke(app, command).exit_code == 0
    losses = [line.split(",")[4] for line in (out / "training" / "metrics.csv").read_text().splitlines()[1:]]
    assert float(losses[-1]) < 0.7 * float(losses[0])
    assert json.loads((out / "config.json").read_text())["needs"]["recurrences"] == {
        "mingru": "seqkit-mingru"
    }
    (tags,) = load_tagger(str(out)).predict([Sentence(["The", "duck", "sleeps", "."])])
    assert tags["upos"][0] == "DET"


@pytest.mark.slow
def test_it_passes_the_conformance_suite(mingru):
    suite = ROOT / "tests" / "models" / "test_conformance.py"
    env = {**os.environ, "PYTHONPATH": str(mingru), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(suite), "-k", "mingru"]
    result = subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT, check=False)
    assert result.returncode == 0, result.stdout
    assert "9 passed" in result.stdout


@pytest.mark.slow
def test_pip_installs_it(tmp_path):
    source = shutil.copytree(EXAMPLE, tmp_path / "seqkit-mingru")
    site = tmp_path / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, source]
    subprocess.run(command, check=True)
    command = [sys.executable, "-m", "seqkit", "plugins", "--json"]
    env = {**os.environ, "PYTHONPATH": str(site)}
    listed = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, env=env).stdout)
    assert listed["failures"] == []
    (mine,) = [plugin for plugin in listed["plugins"] if plugin["plugin"] == "mingru"]
    assert mine["provides"] == {"recurrences": ["mingru"], "models": ["mingru"]}
