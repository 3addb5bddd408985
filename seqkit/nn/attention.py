"""Attention: a decoder's weights over the steps of a memory, and the context that they give.

Shapes: B sentences, S memory steps, T decoder steps, D features of the memory, H of the decoder's state z,
A of the space in which z and memory are compared.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seqkit.nn.affine import Affine

SCORES_AT_ONCE = 1 << 22
"""Largest intermediate tensor of additive attention without gradient, in numbers."""


class Attention(nn.Module):
    """a_τ = softmax_s(score(z_τ, m_s))        context_τ = Σ_s a_τs m_s

    `keys`, which depend on the memory alone, are computed once for all steps.
    """

    def keys(self, memory_BSD: Tensor) -> Tensor:
        """Project the memory into keys_BSA, with which `scores` compares states."""
        return memory_BSD

    def scores(self, z_BTH: Tensor, keys_BSA: Tensor) -> Tensor:
        """Scores of all pairs of decoder and memory steps, (B, T, S)."""
        raise NotImplementedError

    def forward(
        self, z_BTH: Tensor, memory_BSD: Tensor, keys_BSA: Tensor, mask_BS: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """z_BTH -> context_BTD and the weights a_BTS; steps with mask False have weight 0."""
        scores_BTS = self.scores(z_BTH, keys_BSA)
        if mask_BS is not None:
            scores_BTS = scores_BTS.masked_fill(~mask_BS[:, None, :], -torch.inf)
        a_BTS = torch.softmax(scores_BTS, dim=-1)
        return torch.bmm(a_BTS, memory_BSD), a_BTS


class DotAttention(Attention):
    """score(z, m) = z · m (Luong et al. 2015, eq. 8, "dot"). If the sizes differ, m is projected first."""

    def __init__(self, state_size: int, memory_size: int) -> None:
        super().__init__()
        self.project = Affine(memory_size, state_size, bias=False) if memory_size != state_size else None

    def keys(self, memory_BSD: Tensor) -> Tensor:
        return memory_BSD if self.project is None else self.project(memory_BSD)

    def scores(self, z_BTH: Tensor, keys_BSA: Tensor) -> Tensor:
        return torch.bmm(z_BTH, keys_BSA.transpose(1, 2))


class GeneralAttention(Attention):
    """score(z, m) = z · W m (Luong et al. 2015, eq. 8, "general")."""

    def __init__(self, state_size: int, memory_size: int) -> None:
        super().__init__()
        self.W = Affine(memory_size, state_size, bias=False)

    def keys(self, memory_BSD: Tensor) -> Tensor:
        keys_BSH: Tensor = self.W(memory_BSD)
        return keys_BSH

    def scores(self, z_BTH: Tensor, keys_BSA: Tensor) -> Tensor:
        return torch.bmm(z_BTH, keys_BSA.transpose(1, 2))


class AdditiveAttention(Attention):
    """score(z, m) = v · tanh(W z + U m) (Bahdanau et al. 2015, appendix A.1.2)."""

    def __init__(self, state_size: int, memory_size: int) -> None:
        super().__init__()
        self.W = Affine(state_size, state_size, bias=False)
        self.U = Affine(memory_size, state_size, bias=False)
        self.v = Affine(state_size, 1, bias=False)

    def keys(self, memory_BSD: Tensor) -> Tensor:
        keys_BSA: Tensor = self.U(memory_BSD)
        return keys_BSA

    def scores(self, z_BTH: Tensor, keys_BSA: Tensor) -> Tensor:
        # The sums for all pairs of steps are large: without a gradient they are computed for a few steps at a time.
        steps = z_BTH.shape[1]
        if not torch.is_grad_enabled():
            steps = max(1, SCORES_AT_ONCE // max(keys_BSA.numel(), 1))
        parts = [self._some(part, keys_BSA) for part in self.W(z_BTH).split(steps, dim=1)]
        return torch.cat(parts, dim=1)

    def _some(self, query_BTA: Tensor, keys_BSA: Tensor) -> Tensor:
        scores_BTS1 = self.v(torch.tanh(query_BTA[:, :, None] + keys_BSA[:, None]))
        return scores_BTS1.squeeze(-1)


ATTENTIONS: dict[str, type[Attention]] = {
    "dot": DotAttention,
    "general": GeneralAttention,
    "additive": AdditiveAttention,
}
"""Value of the option `attention` -> class, created as `(state_size, memory_size)`."""
