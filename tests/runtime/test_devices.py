"""Devices by name."""

import pytest
import torch

from seqkit.errors import SeqkitError
from seqkit.runtime.devices import device_named, devices


def test_a_device_has_a_name_and_an_unknown_one_is_answered_with_those_that_are_there():
    assert devices() == ["cpu"] and device_named() == device_named("cpu") == torch.device("cpu")
    with pytest.raises(SeqkitError, match="there is no device 'cuda:7'") as caught:
        device_named("cuda:7")
    assert caught.value.fix == "Devices that are there: cpu." and caught.value.exit_code == 2
