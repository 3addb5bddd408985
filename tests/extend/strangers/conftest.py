"""Fixtures: third-party packages installed as pip does, and the command line in this process."""

from __future__ import annotations

import importlib
import io
import os
import random
import shutil
import sys
import tomllib
import traceback
from pathlib import Path
from typing import NamedTuple

import pytest

from seqkit.cli.app import main
from seqkit.extend.manager import registry

PACKAGES = Path(__file__).parent / "packages"
QUICK = (
    "epochs=3",
    "threads=1",
    "average=0",
    "patience=0",
    "hidden=12",
    "embedding_size=8",
    "batch_words=60",
)


class Outcome(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def seqkit(monkeypatch, capfd):
    """Run `seqkit ARGUMENTS`. An exception that leaves `main` ends as Python ends it: code 1 and a traceback."""

    def run(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["seqkit", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        code, trace = 0, ""
        try:
            main()
        except SystemExit as left:
            code = int(left.code or 0)
        except Exception:
            code, trace = 1, traceback.format_exc()
        out, err = capfd.readouterr()
        return Outcome(code, out, err + trace)

    return run


@pytest.fixture
def install_package(tmp_path, monkeypatch):
    """A function that installs folders of `packages`: the modules, and a dist-info made from pyproject.toml."""
    site = tmp_path / "packages"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
    monkeypatch.delenv("SEQKIT_PLUGINS", raising=False)
    installed: set[str] = set()

    def install(*names):
        for name in names:
            project = tomllib.loads((PACKAGES / name / "pyproject.toml").read_text(encoding="utf-8"))
            for module in project["tool"]["setuptools"]["packages"]:
                shutil.copytree(PACKAGES / name / module, site / module)
                installed.add(module)
            write_info(site, project["project"])
        importlib.invalidate_caches()
        registry.cache_clear()
        return site

    yield install
    registry.cache_clear()
    for module in [one for one in sys.modules if one.partition(".")[0] in installed]:
        del sys.modules[module]


def write_info(site, project):
    """The dist-info folder of a project."""
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(metadata)
    entries = "".join(f"{name} = {module}\n" for name, module in project["entry-points"]["seqkit"].items())
    (info / "entry_points.txt").write_text(f"[seqkit]\n{entries}")


def made(count, seed):
    """Sentences of three classes, each determined by one word."""
    draw = random.Random(seed)
    telling = {"food": ["soup", "bread"], "sport": ["goal", "race"], "law": ["court", "judge"]}
    rows = []
    for _ in range(count):
        label = draw.choice(sorted(telling))
        words = [draw.choice(["the", "a", "that", "was", "seen"]) for _ in range(draw.randint(2, 6))]
        words.insert(draw.randint(0, len(words)), draw.choice(telling[label]))
        rows.append((" ".join(words), label))
    return rows


@pytest.fixture
def sentences(tmp_path):
    """A folder with train.tsv (90 sentences) and dev.tsv (30)."""
    for name, count, seed in (("train", 90, 1), ("dev", 30, 2)):
        lines = ["text\tclass", *("\t".join(row) for row in made(count, seed))]
        (tmp_path / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def arguments(sentences):
    """A function that gives the arguments of a training on the sentences: OUT, then options of `--set`."""

    def of(out, *settings, more=(), model="classifier", dev=True):
        data = ["--train", sentences / "train.tsv", *(["--dev", sentences / "dev.tsv"] if dev else [])]
        chosen = [part for one in (*QUICK, *settings) for part in ("--set", one)]
        return ["train", model, *data, "--out", out, *chosen, *more]

    return of


@pytest.fixture
def train(seqkit, arguments):
    """Run `seqkit train` with such arguments."""
    return lambda *given, **more: seqkit(*arguments(*given, **more))


@pytest.fixture
def classifiers(install_package):
    """The package `sentence-classes`, installed."""
    return install_package("sentence-classes")
