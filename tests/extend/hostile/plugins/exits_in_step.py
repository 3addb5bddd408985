"""Ends the process in a step of its layer."""

import sys

from seqkit import RecurrenceSpec, hookimpl
from seqkit.nn.recurrent import Recurrence


class Layer(Recurrence):
    def step(self, x_BD, state):
        sys.exit(0)


@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("hostile", layer="exits_in_step:Layer")
