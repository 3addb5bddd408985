"""`seqkit plugins new`: the written package works and equals copier's."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from seqkit.extend.manager import registry
from seqkit.scaffold.names import PluginNames, kinds
from seqkit.scaffold.render import PLACEHOLDER
from seqkit.testing import Subject, checks_of
from seqkit.testing.suite import outcome_of

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "seqkit" / "templates"
KINDS = {
    "recurrence": {"recurrences": ["lem"], "models": ["lem"]},
    "format": {"formats": ["lem"]},
    "encoder": {"encoders": ["lem"]},
    "decoder": {"decoders": ["lem"]},
    "corpus": {"corpora": ["lem"]},
    "task": {"models": ["lem"], "tasks": ["lem"], "commands": ["lem-line"]},
    "metric": {"metrics": ["lem"]},
    "objective": {"objectives": ["lem"]},
    "optimizer": {"optimizers": ["lem"]},
    "command": {"commands": ["lem"]},
    "engine": {"engines": ["lem"]},
}
"""Template -> the records of a plugin seqkit-lem made of it."""


def put(folder: Path, site: Path) -> None:
    """Put a project's packages into a folder with a dist-info, as pip would."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())
    name, version = project["project"]["name"], project["project"]["version"]
    for package in project["tool"]["setuptools"]["packages"]:
        shutil.copytree(folder / package, site / package)
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    entries = project["project"]["entry-points"]["seqkit"].items()
    (info / "entry_points.txt").write_text(
        "[seqkit]\n" + "".join(f"{name} = {module}\n" for name, module in entries)
    )


@pytest.fixture
def made(seqkit, tmp_path, monkeypatch):
    """A function that makes a plugin seqkit-lem of a kind, and puts it on the path."""
    site = tmp_path / "site"
    site.mkdir()

    def make(kind: str) -> Path:
        folder = tmp_path / "project"
        result = seqkit("plugins", "new", "seqkit-lem", "--kind", kind, "--out", folder)
        assert (result.code, result.err) == (0, "")
        put(folder, site)
        monkeypatch.syspath_prepend(site)
        monkeypatch.setenv("PYTHONPATH", str(site))
        monkeypatch.delenv("SEQKIT_PLUGINS", raising=False)
        importlib.invalidate_caches()
        registry.cache_clear()
        return folder

    yield make
    registry.cache_clear()
    for module in [name for name in sys.modules if name.startswith("seqkit_lem")]:
        del sys.modules[module]


def test_every_template_is_tried_and_every_question_of_copier_answered():
    questions = yaml.safe_load((ROOT / "copier.yml").read_text())
    assert sorted(KINDS) == kinds() == sorted(questions["kind"]["choices"])
    assert set(PluginNames("a", "b").values) == {key for key in questions if not key.startswith("_")}
    used = {
        name
        for path in TEMPLATES.rglob("*.jinja")
        for name in PLACEHOLDER.findall(f"{path} {path.read_text()}")
    }
    assert used <= set(PluginNames("a", "b").values)


SLOW = ("recurrence", "task", "command", "engine")
"""Templates whose checks start processes or train."""
TRIED = [pytest.param(kind, marks=pytest.mark.slow if kind in SLOW else ()) for kind in KINDS]


@pytest.mark.parametrize("kind", TRIED)
def test_a_new_plugin_is_listed_and_passes_every_check(made, kind):
    made(kind)
    assert registry().failures == []
    own = [
        (sort, one.spec.name)
        for sort in KINDS[kind]
        for one in registry().all(sort)
        if one.distribution == "seqkit-lem"
    ]
    assert own == [(sort, name) for sort, names in KINDS[kind].items() for name in names]
    for sort, name in own:
        # What is imported is looked at in the slow tests: that starts a process.
        checks = [
            one for one in checks_of(sort) if kind in SLOW or one.run.__module__ != "seqkit.testing.fresh"
        ]
        outcomes = [outcome_of(check, Subject(sort, name)) for check in checks]
        assert [outcome for outcome in outcomes if outcome.status == "failed"] == []
        assert len(checks_of(sort)) >= 20


@pytest.mark.parametrize("kind", KINDS)
def test_its_code_is_clean(made, kind):
    folder = made(kind)
    for command in (["check", "--isolated", "--select", "E,F,W,B"], ["format", "--isolated", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--line-length", "110", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("seqkit-lem", "recurence", "Did you mean 'recurrence'?"),
        ("Lem", "recurrence", "not a name for a plugin"),
        ("../lem", "recurrence", "not a name for a plugin"),
        ("seqkit-2d", "recurrence", "not a name for a plugin"),
        ("json", "format", "not a name for a plugin"),
        ("class", "format", "not a name for a plugin"),
    ],
)
def test_unusable_names_and_kinds_are_refused(seqkit, tmp_path, monkeypatch, name, kind, said):
    monkeypatch.chdir(tmp_path)
    result = seqkit("plugins", "new", name, "--kind", kind)
    assert result.code == 2 and said in result.err
    assert list(tmp_path.iterdir()) == []


def test_files_are_never_overwritten(seqkit, tmp_path):
    (tmp_path / "lem").mkdir()
    (tmp_path / "lem" / "notes.txt").write_text("mine")
    result = seqkit("plugins", "new", "lem", "--kind", "format", "--out", tmp_path / "lem")
    assert result.code == 2 and "exists already" in result.err
    assert [path.name for path in (tmp_path / "lem").iterdir()] == ["notes.txt"]
