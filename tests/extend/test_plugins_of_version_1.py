"""Three plugins written for version 1 of the plugin API keep working; their files never change."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from seqkit.extend.manager import registry
from seqkit.testing import Subject, checks_of
from seqkit.testing.suite import outcome_of

FOLDER = Path(__file__).parent / "version1"
SUMS = json.loads((FOLDER / "sha256.json").read_text())
RECORDS = [
    ("fading", "recurrences", "fading"),
    ("vertical", "formats", "vertical"),
    ("tools", "metrics", "length-error"),
    ("tools", "objectives", "share"),
    ("tools", "optimizers", "plain"),
    ("tools", "schedules", "square"),
]
OTHERS = ("seqkit.testing.fresh",)
"""Checks that came later, of what a plugin imports: these plugins are single modules."""


def test_the_files_are_as_they_were():
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*.py")}
    assert found == SUMS


@pytest.mark.parametrize(("module", "kind", "name"), RECORDS)
def test_they_are_loaded_and_conform(install_plugin, module, kind, name):
    install_plugin(module, (FOLDER / f"{module}.py").read_text(), module=module)
    assert registry().failures == []
    subject = Subject(kind, name)
    outcomes = [outcome_of(check, subject) for check in checks_of(kind) if check.run.__module__ not in OTHERS]
    failed = {one.check: one.reason for one in outcomes if one.status == "failed"}
    # The suite of today refuses less careful files than version 1 promised to.
    failed.pop("awkward_words_survive_or_are_refused", None)
    assert failed == {}


@pytest.mark.slow
def test_a_model_of_a_plugin_of_version_1_trains_and_tags(install_plugin, seqkit, tmp_path):
    for module in ("fading", "tools"):
        install_plugin(module, (FOLDER / f"{module}.py").read_text(), module=module)
    settings = [
        "hidden=6",
        "char_hidden=4",
        "vocab_size=100",
        "epochs=1",
        "objective=share",
        "schedule=square",
    ]
    given = [part for one in settings for part in ("--set", one)]
    out = tmp_path / "run"
    assert seqkit("train", "fading", "--corpus", "sample-english", "--out", out, *given).code == 0
    result = seqkit("tag", "It sleeps.", "-m", out)
    assert (result.code, result.err) == (0, "") and "sleeps" in result.out
