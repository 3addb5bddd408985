"""Gives states of another size than was asked for."""

from seqkit import RecurrenceSpec, hookimpl
from seqkit.nn.recurrent import Recurrence


class Layer(Recurrence):
    def step(self, x_BD, state):
        return state[0][:, 1:], state


@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("hostile", layer="wrong_shape:Layer")
