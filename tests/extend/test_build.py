"""Objects that a plugin builds are checked before use; a plugin that breaks its contract is reported."""

import pytest
import torch

from seqkit.errors import PluginError
from seqkit.extend.build import build
from seqkit.models.recurrences import recurrence_class

PARTS = """
from seqkit import EncoderSpec, ModelSpec, TaggerOptions, hookimpl

def nothing(options, facts):
    return None

def of_three(options, facts, more):
    return object()

constant = 3

@hookimpl
def seqkit_models():
    for name in ("nothing", "of_three", "constant"):
        yield ModelSpec(name, "tagging", TaggerOptions, f"parts_plugin:{name}")
"""
LAYER = """
import torch
from seqkit import RecurrenceSpec, hookimpl
from seqkit.nn.recurrent import Recurrence

class Layer(Recurrence):
    {parts}
    {init}
    def step(self, x_BD, state):
        z_BH = torch.rand_like(state[0])
        return {given}

@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("odd", layer="layer_plugin:Layer")
"""


def layer(given, init="", parts="state_parts = 1"):
    return LAYER.format(given=given, init=init, parts=parts)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("nothing", "parts_plugin:nothing returns None for 'nothing'"),
        ("of_three", r"parts_plugin:of_three\(options, facts, more\) cannot be called with \(int, str\)"),
        ("constant", "parts_plugin:constant cannot be called"),
    ],
)
def test_a_build_without_a_model_is_named(install_plugin, name, fault):
    install_plugin("parts", PARTS)
    with pytest.raises(PluginError, match=rf"^plugin 'parts' of parts-dist 0\.1: {fault}"):
        build("models", name, 1, "facts")


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (layer("None"), "its `step` gives None, not z and the state after it"),
        (layer("z_BH"), "its `step` gives a Tensor, not z"),
        (layer("(z_BH, None)"), "its `step` gives None as state, not a tuple"),
        (layer("(z_BH, (z_BH, z_BH))"), r"not 1 tensor\(s\) of 2 rows"),
        (layer("(z_BH[:, :2], (z_BH,))"), r"z of shape \(2, 2\), not \(2, 4\)"),
        (layer("(z_BH / 0, (z_BH / 0,))"), "numbers that are not finite"),
        (layer("(z_BH, (z_BH,))", "def __init__(self, size): ..."), r"cannot be called with \(int, int\)"),
        (layer("(z_BH, (z_BH, z_BH))", parts="state_parts = 2"), ""),
    ],
)
def test_a_layer_is_checked_when_it_is_made(install_plugin, code, fault):
    install_plugin("layer", code)
    random = torch.get_rng_state()
    if fault:
        with pytest.raises(PluginError, match=rf"^plugin 'layer' of layer-dist 0\.1.*{fault}"):
            recurrence_class("odd")(3, 4)
    else:
        recurrence_class("odd")(3, 4)
    assert torch.equal(torch.get_rng_state(), random), "the look draws no random numbers of the training's"


def test_a_model_without_facts_gets_those_of_its_task_and_else_is_named(install_plugin):
    from seqkit.extend.build import facts_class
    from seqkit.extend.manager import registry

    install_plugin(
        "parts",
        PARTS + "        yield ModelSpec(name + '-2', 'seq2seq', TaggerOptions, f'parts_plugin:{name}')\n",
    )
    assert facts_class(registry().find("models", "nothing")).__name__ == "TaggerFacts"
    problem = "plugin 'parts' of parts-dist 0.1: the model 'nothing-2' names no facts, and the task 'seq2seq'"
    with pytest.raises(PluginError, match=problem):
        facts_class(registry().find("models", "nothing-2"))


NO_ENCODER = """
from seqkit import EncoderSpec, hookimpl
from torch import nn

class Ears(nn.Module):
    def __init__(self, options, facts):
        super().__init__()

class Facts:
    @classmethod
    def gather(cls, pairs, options):
        return cls()

@hookimpl
def seqkit_encoders():
    yield EncoderSpec("ears", build="ears_plugin:Ears", facts="ears_plugin:Facts")
"""


def test_a_class_that_is_not_an_encoder_is_named(install_plugin):
    from toy_translation import tiny

    install_plugin("ears", NO_ENCODER)
    problem = "plugin 'ears' of ears-dist 0.1: ears_plugin:Ears returns a Ears for 'ears', not a seqkit.models.modal"
    with pytest.raises(PluginError, match=problem):
        tiny(encoder="ears")
