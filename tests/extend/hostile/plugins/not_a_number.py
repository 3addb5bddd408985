"""Its step returns states that are NaN."""

from seqkit import RecurrenceSpec, hookimpl
from seqkit.nn.recurrent import Recurrence


class Layer(Recurrence):
    def step(self, x_BD, state):
        z_BH = state[0] / 0
        return z_BH, (z_BH,)


@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("hostile", layer="not_a_number:Layer")
