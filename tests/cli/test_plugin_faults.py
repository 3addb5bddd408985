"""`seqkit plugins` reports objects that a plugin names but does not have, without importing them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from seqkit.extend.presence import absence

HEAD = """
from dataclasses import dataclass
from seqkit import FormatSpec, ModelSpec, PretrainedSpec, RecurrenceSpec, TaggerOptions, hookimpl

def helper():
    pass

@dataclass(frozen=True)
class Options(TaggerOptions):
    recurrence: str = "lstm"
    clip: float = 1.0
"""
HOOK = """
@hookimpl
def seqkit_{kind}():
    yield {record}
"""
BUILD = 'build="seqkit.models.tagger:build"'
FAULTS = {
    "there is no module mine_plugin.layer": (
        "recurrences",
        'RecurrenceSpec("x", layer="mine_plugin.layer:X", summary="x")',
    ),
    "mine_plugin has no 'Gone'": (
        "recurrences",
        'RecurrenceSpec("x", layer="mine_plugin:Gone", summary="x")',
    ),
    "a model for nothing": ("models", f'ModelSpec("x", task="nothing", options=TaggerOptions, {BUILD})'),
    "its option 'clip'": ("models", f'ModelSpec("x", task="tagging", options=Options, {BUILD})'),
    "neither a reader nor a writer": ("formats", 'FormatSpec("x", (".x",))'),
    "does not contain a complete model": (
        "pretrained",
        'PretrainedSpec("x", folder="seqkit:nn", task="tagging", language="xx")',
    ),
    "is not in the package": (
        "pretrained",
        'PretrainedSpec("x", folder="seqkit:none", task="tagging", language="xx")',
    ),
}
"""What is said -> kind and record."""


@pytest.mark.parametrize("said", FAULTS)
def test_a_missing_object_is_a_fault(seqkit, install_plugin, said):
    kind, record = FAULTS[said]
    install_plugin("mine", HEAD + HOOK.format(kind=kind, record=record))
    data = json.loads(seqkit("plugins", "--json").out)
    (failure,) = data["failures"]
    assert failure["plugin"] == "mine" and said in failure["reason"]


def test_an_existing_object_is_not_a_fault(seqkit, install_plugin):
    record = 'RecurrenceSpec("x", layer="mine_plugin:helper", summary="x")'
    install_plugin("mine", HEAD + HOOK.format(kind="recurrences", record=record))
    assert json.loads(seqkit("plugins", "--json").out)["failures"] == []


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("seqkit.nn.recurrent:Recurrence", ""),
        ("seqkit.nn.recurrent:Recurence", "seqkit.nn.recurrent has no 'Recurence'"),
        ("seqkit.tasks:Task", ""),
        ("seqkit.nn.none:X", "there is no module seqkit.nn.none"),
        ("no_such_package.layer:X", "there is no module no_such_package.layer"),
        ("math:sqrt", ""),
    ],
)
def test_presence_is_checked_without_importing(reference, found):
    assert absence(reference) == found


def test_listing_with_a_plugin_of_every_kind_imports_nothing_heavy(install_plugin, tmp_path):
    for number, (kind, record) in enumerate(FAULTS.values()):
        install_plugin(
            f"mine{number}", HEAD + HOOK.format(kind=kind, record=record.replace('"x"', f'"x{number}"'))
        )
    probe = (
        "import sys; from seqkit.cli.app import main\nsys.argv = ['seqkit', 'plugins']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'torch', 'spacy', 'pydantic'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", probe], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stderr.splitlines()[-1] == "[]"
