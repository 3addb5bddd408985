"""Settings of a process after its start, observed from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, without the settings of this one."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GOMP", "OMP"))}
    return subprocess.run(
        [sys.executable, "-c", code], env=inherited | environment, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize(
    ("given", "spins"),
    [({}, "10000"), ({"GOMP_SPINCOUNT": "77"}, "77"), ({"OMP_WAIT_POLICY": "passive"}, "None")],
)
def test_a_command_limits_spinning_unless_the_user_chose(given, spins):
    code = (
        "import os, sys; from seqkit.runtime.start import start_command; start_command()\n"
        "print(os.environ.get('GOMP_SPINCOUNT'), 'torch' in sys.modules, 'ctypes' in sys.modules)"
    )
    assert run(code, **given).stdout.split() == [spins, "False", "False"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_command_ends_by_a_signal_as_by_an_error(number):
    code = (
        "import os; from seqkit.errors import Ended; from seqkit.runtime.start import start_command\n"
        f"start_command()\ntry:\n    os.kill(os.getpid(), {int(number)})\n"
        "except Ended as end:\n    print(end.exit_code)"
    )
    assert run(code).stdout == f"{128 + number}\n"


def test_training_uses_the_requested_threads_and_sums_in_a_fixed_order():
    code = (
        "import torch; from seqkit.runtime.start import start_training; start_training(3)\n"
        "print(torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(),\n"
        "      torch.is_deterministic_algorithms_warn_only_enabled())"
    )
    assert run(code).stdout.split() == ["3", "True", "True"]


@pytest.mark.parametrize("one_thread", [True, False])
def test_what_was_loaded_for_a_stream_is_kept_out_of_collections(one_thread):
    code = (
        "import gc, os, torch; from seqkit.runtime.start import loading_models; before = torch.get_num_threads()\n"
        f"with loading_models(one_thread={one_thread}):\n    inside = gc.get_freeze_count()\n"
        "print(inside, gc.get_freeze_count() > 1000, torch.get_num_threads() == before,\n"
        "      torch.get_num_threads() == 1, os.environ['ONEDNN_PRIMITIVE_CACHE_CAPACITY'])"
    )
    inside, frozen, as_before, one, kernels = run(code, OMP_NUM_THREADS="2").stdout.split()
    assert (inside, frozen, kernels) == ("0", "True", "16")
    assert (as_before, one) == (str(not one_thread), str(one_thread))


@pytest.mark.skipif(sys.platform == "win32", reason="no signal masks")
def test_a_process_started_with_interrupts_blocked_has_them_blocked_and_others_do_not():
    from seqkit.runtime.signals import interrupts_blocked

    ask = [sys.executable, "-c", "import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, ()))"]
    with interrupts_blocked():
        blocked = subprocess.run(ask, capture_output=True, text=True).stdout
    after = subprocess.run(ask, capture_output=True, text=True).stdout
    assert "SIGINT" in blocked and "SIGINT" not in after
