"""Its constructor requires more than two sizes."""

from seqkit import RecurrenceSpec, hookimpl
from seqkit.nn.recurrent import Recurrence


class Layer(Recurrence):
    def __init__(self, input_size, hidden_size, colour):
        super().__init__(input_size, hidden_size)

    def step(self, x_BD, state):
        return state[0], state


@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("hostile", layer="other_signature:Layer")
