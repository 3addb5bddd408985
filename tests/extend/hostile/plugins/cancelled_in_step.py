"""Raises a BaseException in a step of its layer."""

from asyncio import CancelledError

from seqkit import RecurrenceSpec, hookimpl
from seqkit.nn.recurrent import Recurrence


class Layer(Recurrence):
    def step(self, x_BD, state):
        raise CancelledError


@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("hostile", layer="cancelled_in_step:Layer")
