"""Changes and output of a plugin at import are undone or redirected, and the plugin is reported."""

import os
import random
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import torch

from seqkit.errors import SeqkitError
from seqkit.extend import isolation
from seqkit.extend.isolation import isolated
from seqkit.extend.manager import load, registry
from seqkit.extend.process_state import SETTINGS, state_kept

CHANGES = {
    "the working folder": lambda: os.chdir("/"),
    "Python's random state": lambda: random.seed(5),
    "numpy's random state": lambda: np.random.seed(5),
    "torch's random state": lambda: torch.manual_seed(5),
    "torch's threads": lambda: torch.set_num_threads(torch.get_num_threads() + 1),
    "torch's default dtype": lambda: torch.set_default_dtype(torch.float64),
    "torch's default device": lambda: torch.set_default_device("meta"),
    "torch's gradient mode": lambda: torch.set_grad_enabled(False),
    "torch's deterministic mode": lambda: torch.use_deterministic_algorithms(
        not torch.are_deterministic_algorithms_enabled()
    ),
}


@pytest.fixture
def in_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_every_setting_has_a_test():
    assert list(CHANGES) == [setting.name for setting in SETTINGS]


@pytest.mark.parametrize("name", CHANGES)
def test_a_setting_is_put_back_and_named(name, in_tmp_path):
    torch.use_deterministic_algorithms(False)  # a training before this test leaves it on

    def state():
        drawn = torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist()
        made, deterministic = torch.zeros(1), torch.get_deterministic_debug_mode()
        return (
            deterministic,
            drawn,
            made.dtype,
            made.device,
            torch.get_num_threads(),
            torch.is_grad_enabled(),
            os.getcwd(),
        )

    before = state()
    with state_kept() as changed:
        CHANGES[name]()
    assert changed == [name]
    assert state() == before


def test_nothing_changed_is_nothing_named():
    with state_kept() as changed:
        torch.zeros(3)
    assert changed == []


def test_a_library_that_the_block_imports_first_is_put_back_to_its_own_defaults():
    code = """
from seqkit.extend.process_state import state_kept
with state_kept() as changed:
    import torch
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 2)
    torch.set_default_dtype(torch.float64)
assert torch.get_num_threads() == threads
print(changed, torch.zeros(1).dtype, torch.nn.__spec__.origin is not None)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == '["torch\'s threads", "torch\'s default dtype"] torch.float32 True'


def test_a_plugin_that_changes_the_process_at_import_is_named(install_plugin, in_tmp_path, tmp_path):
    install_plugin("meddler", "import os, torch\ntorch.set_default_dtype(torch.float64)\nos.chdir('/')")
    (failure,) = registry().failures
    assert failure.plugin == "meddler"
    assert "changed the working folder, torch's default dtype (restored)" in failure.reason
    assert torch.get_default_dtype() == torch.float32
    assert os.getcwd() == str(tmp_path)


def test_a_module_that_is_loaded_later_is_named_on_stderr(install_plugin, capfd):
    code = "from seqkit import RecurrenceSpec, hookimpl\n\n@hookimpl\ndef seqkit_recurrences():\n"
    site = install_plugin("late", code + "    yield RecurrenceSpec('late', layer='late_plugin_layer:Layer')")
    layer = "import os, torch\nos.write(1, b'bytes')\nprint('text')\ntorch.set_grad_enabled(False)\nLayer = 1"
    (site / "late_plugin_layer.py").write_text(layer)
    try:
        assert load(registry().find("recurrences", "late").layer) == 1
    finally:
        sys.modules.pop("late_plugin_layer", None)
    out, err = capfd.readouterr()
    assert torch.is_grad_enabled()
    assert out == "" and "bytes" in err and "text" in err
    assert "plugin 'late' of late-dist 0.1 changed torch's gradient mode (restored)" in err


@pytest.mark.parametrize("raised", ["SystemExit(3)", "asyncio.CancelledError()", "GeneratorExit()"])
def test_every_exception_at_import_is_reported_for_the_plugin(install_plugin, raised):
    code = f"import asyncio\n\ndef __getattr__(name):\n    raise {raised}\n"
    install_plugin("odd", code + f"raise {raised}")
    (failure,) = registry().failures
    assert (failure.plugin, raised.partition("(")[0].split(".")[-1] in failure.reason) == ("odd", True)
    with pytest.raises(SeqkitError, match=r"odd_plugin:x cannot be loaded") as caught:
        load("odd_plugin:x")
    assert "plugin 'odd' of odd-dist 0.1" in caught.value.fix


def test_a_slow_import_is_reported_while_it_runs(monkeypatch, capsys):
    monkeypatch.setattr(isolation, "PATIENCE", 0.05)
    with isolated("plugin 'slow' of slow-dist 1.0", "importing"):
        time.sleep(0.3)
    assert "still importing plugin 'slow' of slow-dist 1.0" in capsys.readouterr().err
    with isolated("plugin 'quick' of quick-dist 1.0", "importing"):
        pass
    time.sleep(0.2)
    assert "quick" not in capsys.readouterr().err


def test_ctrl_c_names_what_it_interrupts(capsys):
    with pytest.raises(KeyboardInterrupt), isolated("plugin 'slow' of slow-dist 1.0", "importing"):
        threading.Timer(0.1, signal.raise_signal, (signal.SIGINT,)).start()
        time.sleep(5)
    assert "interrupted while importing plugin 'slow' of slow-dist 1.0" in capsys.readouterr().err
