"""Layers that cannot be solved for all steps at once are refused with the reason."""

import pytest
import torch
from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.nn.recurrent import Recurrence, State
from seqkit.nn.time_parallel.check import whole_form


class Base(Recurrence):
    def __init__(self, input_size: int = 3, hidden_size: int = 4) -> None:
        super().__init__(input_size, hidden_size)
        self.W = nn.Linear(input_size + hidden_size, hidden_size)

    def inner(self, x_BD: Tensor, state: State) -> Tensor:
        return torch.tanh(self.W(torch.cat([x_BD, state[0]], dim=-1)))


class Numpy(Base):
    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        z = self.inner(x_BD, state).detach().numpy()
        z += 0.5 * state[0].detach().numpy()
        return torch.from_numpy(z), (torch.from_numpy(z),)


class Rounded(Base):
    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        z_BH = self.inner(x_BD, (state[0].detach(),))
        return z_BH, (z_BH,)


class Noisy(Base):
    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        z_BH = self.inner(x_BD, state) + 0.1 * torch.randn_like(state[0])
        return z_BH, (z_BH,)


class Centred(Base):
    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        z_BH = self.inner(x_BD, state)
        return (z_BH - z_BH.mean(0),) * 1 + ((z_BH - z_BH.mean(0),),)


class Other(Base):
    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        z_BH = self.inner(x_BD, state)
        return torch.relu(z_BH), (z_BH,)


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (Numpy, "its step cannot be differentiated"),
        (Rounded, "the derivative that it gives is not that of its step"),
        (Noisy, "its step draws random numbers"),
        (Centred, "its step mixes the sequences of a batch"),
        (Other, "its z_t is not the first part of its state"),
    ],
)
def test_the_reason_is_named(layer, reason):
    torch.manual_seed(0)
    with pytest.raises(SeqkitError, match="time_parallel: the layer cell cannot be solved.*" + reason):
        whole_form(layer(), "cell")


def test_a_kernel_without_forward_derivatives_is_differentiated_backwards():
    class Kernel(Recurrence):
        """Has no `step`: torch's fused GRU supports neither forward-mode derivatives nor `vmap`."""

        def __init__(self) -> None:
            super().__init__(3, 4)
            self.kernel = nn.GRU(3, 4, batch_first=True)

        def forward(self, x_BTD, mask_BT=None, state=None):
            state = self.initial_state(x_BTD) if state is None else state
            z_BTH, end = self.kernel(x_BTD, state[0][None].contiguous())
            return z_BTH, (end[0],)

    torch.manual_seed(0)
    assert whole_form(Kernel(), "cell") == "dense"
