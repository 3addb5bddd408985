"""Its step returns z without a state."""

from seqkit import RecurrenceSpec, hookimpl
from seqkit.nn.recurrent import Recurrence


class Layer(Recurrence):
    def step(self, x_BD, state):
        return state[0]


@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("hostile", layer="no_state:Layer")
