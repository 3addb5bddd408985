"""Networks that do not fit into memory, and weights that are no numbers, are refused before they do harm."""

import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from seqkit.models import size
from seqkit.models.folder import checksums, model_folder, write_manifest


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("hidden=50000", "option hidden=50000: the network takes"),
        ("char_hidden=60000", "option char_hidden=60000: the network takes"),
        ("layers=100000000", "option layers=100000000 is out of range"),
    ],
)
def test_a_network_that_is_too_large_is_refused_and_nothing_written(
    seqkit, tmp_path, monkeypatch, setting, problem
):
    monkeypatch.setattr(size, "physical_memory", lambda: 16 << 30)
    result = seqkit("train", "rnn", "--corpus", "sample-english", "--out", tmp_path / "out", "--set", setting)
    assert result.code == 2 and problem in result.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("value", "dtype"), [(np.nan, None), (np.inf, None), (1, np.int64)])
def test_weights_that_are_no_finite_numbers_are_refused(seqkit, tmp_path, value, dtype):
    folder = tmp_path / "tagger"
    shutil.copytree(model_folder("en-tagger"), folder)
    path = folder / "model.safetensors"
    weights = load_file(path)
    name = next(name for name, weight in weights.items() if weight.dtype.kind == "f")
    changed = weights[name].copy()
    changed.flat[0] = value
    weights[name] = changed.astype(dtype) if dtype else changed
    save_file(weights, path)
    write_manifest(folder, checksums(folder))
    result = seqkit("tag", "--model", folder, "Hello there.")
    assert result.code == 1 and "Traceback" not in result.err
    assert f"{path}" in result.err and name in result.err and not result.out
