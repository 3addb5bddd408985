"""A recurrence and a model, written for version 1 of the plugin API. Frozen: never change this file."""

from dataclasses import dataclass

import torch
from torch import nn

from seqkit import ModelSpec, RecurrenceSpec, TaggerOptions, hookimpl
from seqkit.nn.recurrent import Recurrence

SEQKIT_PLUGIN_API = 1


class Fading(Recurrence):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.inner = nn.Linear(input_size, hidden_size)

    def step(self, x_BD, state):
        z_BH = torch.tanh(self.inner(x_BD) + 0.5 * state[0])
        return z_BH, (z_BH,)


@dataclass(frozen=True)
class Options(TaggerOptions):
    recurrence: str = "fading"


@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("fading", layer="fading:Fading", summary="a state that fades")


@hookimpl
def seqkit_models():
    yield ModelSpec(
        "fading", task="tagging", options=Options, build="seqkit.models.tagger:build", summary="a tagger"
    )
