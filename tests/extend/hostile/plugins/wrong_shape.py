"""Its step returns states of the wrong size."""

from seqkit import RecurrenceSpec, hookimpl
from seqkit.nn.recurrent import Recurrence


class Layer(Recurrence):
    def step(self, x_BD, state):
        return state[0][:, 1:], state


@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("hostile", layer="wrong_shape:Layer")
