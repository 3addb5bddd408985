"""Several processes train a third party's task, and refuse one whose batches they cannot share."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from safetensors.torch import load_file

pytest.importorskip("lightning_fabric")
pytestmark = pytest.mark.slow  # each test starts processes


def run(arguments):
    command = [sys.executable, "-P", "-m", "seqkit", *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def test_two_processes_train_a_task_without_code_for_processes(classifiers, arguments, tmp_path):
    settings = ("train_dtype=float64",)
    for name, more in (("one", ()), ("two", ("--devices", "2"))):
        result = run(arguments(tmp_path / name, *settings, more=more))
        assert result.returncode == 0, result.stderr
    one, two = (load_file(tmp_path / name / "model.safetensors") for name in ("one", "two"))
    assert max((one[name] - two[name]).abs().max().item() for name in one) < 1e-6


def test_a_loss_that_is_a_mean_over_the_batch_is_refused_with_both_numbers(classifiers, arguments, tmp_path):
    module = classifiers / "sentence_classes" / "trainable.py"
    code = module.read_text(encoding="utf-8")
    assert "Loss(smooth_B.sum()," in code
    module.write_text(code.replace("Loss(smooth_B.sum(),", "Loss(smooth_B.mean(),"), encoding="utf-8")
    result = run(arguments(tmp_path / "run", more=("--devices", "2")))
    assert result.returncode == 2
    assert "the loss of a batch is" in result.stderr and "that of its parts together" in result.stderr
    assert "Train with one process: leave out --devices." in result.stderr
