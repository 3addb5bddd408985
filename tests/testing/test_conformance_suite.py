"""The conformance suite: built-in records pass, and each wrong layer fails the corresponding check."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from seqkit import MissingPackageError
from seqkit.extend.manager import registry
from seqkit.extend.registry import KINDS
from seqkit.testing import Check, Subject, check_record, checks_of, conformance
from seqkit.testing.suite import outcome_of

FEWEST = 20
"""Checks of a record of any kind."""
QUICK = ("recurrences", "formats", "objectives", "optimizers", "schedules", "metrics")
"""Kinds whose built-in records are all tried in the fast tests; the slow ones try every record."""
FAST = [(kind, one.spec.name) for kind in QUICK for one in registry().all(kind) if one.builtin]
FAST += [("encoders", "text"), ("decoders", "text"), ("decoders", "frames")]
LAYER = """
import torch
from torch import nn
from seqkit import RecurrenceSpec, hookimpl
from seqkit.nn.recurrent import Recurrence

class Wrong(Recurrence):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.x = nn.Linear(input_size, hidden_size)
        self.z = nn.Linear(hidden_size, hidden_size)
        {init}

    def step(self, x_BD, state):
        z_BH = torch.tanh(self.x(x_BD) + self.z(state[0]))
        {step}
        return z_BH, (z_BH,)
    {more}

@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("wrong", layer="wrong_plugin:Wrong")
"""
FORWARD = """
    def forward(self, x_BTD, mask_BT=None, state=None):
        z_BTH, end = super().forward(x_BTD, mask_BT, state)
        {body}
        return z_BTH, end
"""
LAYERS = {
    "gradient_reaches_every_parameter": {"init": "self.unused = nn.Parameter(torch.ones(2))"},
    "every_gradient_equals_the_loop": {"more": FORWARD.format(body="z_BTH = z_BTH.detach() + 0 * z_BTH")},
    "values_equal_the_loop": {"more": FORWARD.format(body="z_BTH = z_BTH * 1.001")},
    "final_state_equals_the_loop": {"more": FORWARD.format(body="end = (z_BTH[:, -1],)")},
    "padding_changes_nothing": {"more": FORWARD.format(body="z_BTH = z_BTH + x_BTD.mean()")},
    "no_step_sees_the_future": {"more": FORWARD.format(body="z_BTH = z_BTH + x_BTD[:, -1:].sum(-1, True)")},
    "sequences_do_not_mix": {"step": "z_BH = z_BH - z_BH.mean(0)"},
    "results_repeat": {"step": "z_BH = z_BH + 0.01 * torch.rand(1, dtype=z_BH.dtype)"},
    "prediction_draws_no_random_numbers": {"step": "torch.rand(1)"},
    "dtype_is_kept": {"step": "z_BH = z_BH.double()"},
    "other_seeds_give_other_weights": {
        "init": "[nn.init.constant_(one, 0.1) for one in self.parameters()]",
    },
    "saved_weights_load": {"init": "self.scale = float(torch.rand(()))", "step": "z_BH = z_BH * self.scale"},
    "inputs_are_left_alone": {"step": "x_BD.add_(1.0)"},
    "listing_imports_nothing_heavy": {},
}
"""Check -> what is wrong with the layer that fails it."""


def faults_of(outcomes):
    assert all(outcome.reason for outcome in outcomes if outcome.status == "skipped")
    return [outcome for outcome in outcomes if outcome.status == "failed"]


def in_this_process(kind):
    """The checks of a kind that start no process."""
    return [check for check in checks_of(kind) if check.run.__module__ != "seqkit.testing.fresh"]


@pytest.mark.parametrize(("kind", "name"), FAST)
def test_built_in_records_conform(kind, name):
    subject = Subject(kind, name)
    assert faults_of([outcome_of(check, subject) for check in in_this_process(kind)]) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_built_in_records_conform_in_fresh_processes_too(kind):
    for one in registry().all(kind):
        if one.builtin:
            outcomes = check_record(kind, one.spec.name)
            assert faults_of(outcomes) == []
            assert len(outcomes) >= FEWEST


@pytest.mark.parametrize("kind", KINDS)
def test_every_check_has_a_summary(kind):
    checks = checks_of(kind)
    assert len({check.name for check in checks}) == len(checks)
    assert [check.name for check in checks if not check.summary.endswith(".")] == []


@pytest.mark.parametrize("check", LAYERS)
def test_a_wrong_layer_fails_the_check(install_plugin, check):
    parts = {"init": "", "step": "", "more": ""} | LAYERS[check]
    install_plugin("wrong", LAYER.format(**parts))
    (meant,) = [one for one in checks_of("recurrences") if one.name == check]
    found = outcome_of(meant, Subject("recurrences", "wrong"))
    assert found.status == "failed" and found.reason


def test_a_right_layer_fails_none(install_plugin):
    install_plugin("wrong", LAYER.format(init="", step="", more=""))
    subject = Subject("recurrences", "wrong")
    assert faults_of([outcome_of(check, subject) for check in in_this_process("recurrences")]) == []


def test_plugins_get_a_test_for_each_check():
    made = conformance("recurrences", "sru")
    (mark,) = made.pytestmark
    assert mark.args[1] == checks_of("recurrences")
    made(checks_of("recurrences")[0])


def lacks_a_package(subject):
    raise MissingPackageError("films need PyAV", "Install it.")


def test_a_missing_optional_package_is_a_skip_with_its_reason():
    check = Check("recurrences", "lacks_a_package", "Needs a package.", lacks_a_package)
    with pytest.raises(pytest.skip.Exception, match="films need PyAV"):
        conformance("recurrences", "sru")(check)
    found = outcome_of(check, Subject("recurrences", "sru"))
    assert found.status == "skipped" and "films need PyAV" in found.reason


@pytest.mark.slow
def test_the_pytest_plugin_adds_a_test_for_each_check(tmp_path):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--seqkit-plugin",
        "sru",
        "-rs",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout
    models, layers = len(checks_of("models")), len(checks_of("recurrences"))
    counted = [int(word) for word in done.stdout.splitlines()[-1].split() if word.isdigit()]
    assert sum(counted[:2]) == models + layers
    assert "the layer names no U" in done.stdout


def test_check_counts_what_ran_was_skipped_and_failed(seqkit, install_plugin):
    install_plugin("wrong", LAYER.format(init="", step="z_BH = z_BH.double()", more=""))
    result = seqkit("plugins", "check", "wrong-dist", "--json")
    data = json.loads(result.out)
    assert result.code == 1
    assert data["checks"] == len(checks_of("recurrences"))
    assert data["passed"] + data["skipped"] + data["failed"] == data["checks"]
    failed = {
        one["check"]
        for record in data["plugins"][0]["records"]
        for one in record["outcomes"]
        if one["status"] == "failed"
    }
    assert {"dtype_is_kept", "listing_imports_nothing_heavy"} <= failed


def test_a_plugin_that_is_not_installed_is_refused_with_the_nearest(seqkit):
    result = seqkit("plugins", "check", "lstn")
    assert result.code == 2 and "Did you mean 'lstm'?" in result.err


def test_without_a_name_the_objects_of_every_plugin_are_checked(seqkit, install_plugin):
    install_plugin(
        "gone",
        "from seqkit import RecurrenceSpec, hookimpl\n"
        "@hookimpl\n"
        "def seqkit_recurrences():\n"
        "    yield RecurrenceSpec('gone', layer='gone_plugin.layer:Gone')\n",
    )
    result = seqkit("plugins", "check")
    assert result.code == 1
    assert "gone_plugin.layer:Gone cannot be loaded" in result.err


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import time; time.sleep(60)", "takes more than 4 s"),
        ("import os; os._exit(7)", "ends the process with exit code 7"),
        ("import sys; sys.exit(3)", "cannot be imported: SystemExit: 3"),
    ],
)
def test_a_plugin_that_hangs_or_ends_the_process_affects_no_other(seqkit, install_plugin, code, said):
    install_plugin("bad", code)
    result = seqkit("plugins", "check", "--limit", "4", "--json") if "sleep" in code else None
    result = result or seqkit("plugins", "check", "bad", "--json")
    data = json.loads(result.out)
    assert result.code == 1
    assert any(said in fault for report in data["plugins"] for fault in report["faults"])
