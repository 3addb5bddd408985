"""Devices by name, and the commands that take one."""

import pytest
import torch

from seqkit.errors import SeqkitError
from seqkit.runtime import devices as module
from seqkit.runtime.devices import check_enough, chosen_device, device_named, devices, use_device


@pytest.fixture
def two_gpus(monkeypatch):
    """A machine that says it has two CUDA devices."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


def test_a_device_has_a_name_and_an_unknown_one_is_answered_with_those_that_are_there():
    assert devices() == ["cpu"] and device_named() == device_named("cpu") == torch.device("cpu")
    with pytest.raises(SeqkitError, match="--device cuda:7: no such device") as caught:
        device_named("cuda:7")
    assert caught.value.fix == "Available devices: cpu." and caught.value.exit_code == 2


def test_auto_takes_an_accelerator_where_there_is_one(two_gpus, monkeypatch):
    assert devices() == ["cpu", "cuda:0", "cuda:1"]
    assert device_named("auto") == device_named("cuda") == torch.device("cuda:0")
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert device_named("auto") == device_named("cuda") == torch.device("cuda:1")
    assert device_named("cuda:0") == torch.device("cuda:0")
    monkeypatch.setenv("LOCAL_RANK", "2")
    with pytest.raises(SeqkitError, match="no device left for process 2 of this machine"):
        device_named("cuda")


def test_auto_is_the_cpu_on_a_machine_without_accelerator():
    assert device_named("auto") == torch.device("cpu")


def test_the_chosen_device_is_the_cpu_until_another_is_chosen(two_gpus, monkeypatch):
    monkeypatch.setattr(module._Chosen, "name", "cpu")
    assert chosen_device() == torch.device("cpu") and module.on_cpu()
    use_device("cuda:1")
    assert chosen_device() == torch.device("cuda:1") and not module.on_cpu()
    use_device("")
    assert chosen_device() == torch.device("cpu")


@pytest.mark.parametrize(
    "command",
    [
        ["tag", "Hello."],
        ["translate", "Hallo."],
        ["generate", "x", "--model", "y"],
        ["evaluate", "en-tagger", "sample-english"],
        ["inspect", "en-tagger", "--text", "Hello."],
        ["train", "lstm", "--corpus", "sample-english", "--out", "never"],
        ["batch", "tag", "never.txt", "-o", "never"],
    ],
)
def test_every_command_names_the_devices_that_are_there(seqkit, command):
    outcome = seqkit(*command, "--device", "cuda:3")
    assert outcome.code == 2
    assert outcome.err.splitlines() == [
        "seqkit: --device cuda:3: no such device",
        "Available devices: cpu.",
    ]


def test_each_process_needs_an_accelerator_of_its_own(two_gpus, monkeypatch):
    monkeypatch.setattr(module._Chosen, "name", "cuda:0")
    check_enough("cuda", 2)
    with pytest.raises(SeqkitError, match="--devices 3: there are 2 devices of that kind"):
        check_enough("cuda", 3)
    with pytest.raises(SeqkitError, match="--device cuda:1: is one device, for 2 processes"):
        check_enough("cuda:1", 2)
    monkeypatch.setattr(module._Chosen, "name", "cpu")
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    check_enough("cpu", 8)
    with pytest.raises(SeqkitError, match=r"--devices 9: too many processes for 2 CPU cores"):
        check_enough("cpu", 9)
