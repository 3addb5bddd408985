"""The parts of a video decoder: objects asked of a memory, found in a film, looked at, and drawn.

Shapes: B films, F frames, K objects, N = B times K, C channels, H rows, W columns, G cells of a grid,
P side of a patch, S steps of a memory, D features of the memory, Q of what is asked, Z numbers of a look.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seqkit_video.layers import FrameConvolutions, groups_of, halved
from seqkit_video.layers_place import cut_out

LOOKED_AT = 8
"""Frames that a look is read from, evenly spaced."""
REACH = 0.15
"""How far, in shares of the frame, a place may lie from the mean of the cells attended to."""


class Objects(nn.Module):
    """What a memory says of each object: q_BKQ, from an attention of its own for each."""

    def __init__(self, memory_size: int, size: int, count: int) -> None:
        super().__init__()
        self.keys = nn.Linear(memory_size, size)
        self.queries_KQ = nn.Parameter(torch.randn(count, size) * size**-0.5)
        self.read = nn.Linear(memory_size, size)
        self.names_KQ = nn.Parameter(torch.randn(count, size) * 0.3)

    def forward(self, states_BSD: Tensor, mask_BS: Tensor | None) -> tuple[Tensor, Tensor]:
        """-> q_BKQ and the attention a_BKS."""
        scores_BKS = self.queries_KQ @ self.keys(states_BSD).transpose(1, 2)
        if mask_BS is not None:
            scores_BKS = scores_BKS.masked_fill(~mask_BS[:, None], -torch.inf)
        a_BKS = torch.softmax(scores_BKS, dim=-1)
        return torch.tanh(self.read(a_BKS @ states_BSD) + self.names_KQ), a_BKS


class Tracker(nn.Module):
    """Where each object is in each frame: the mean of the cells it attends to, and a correction by what is seen there.

    Beside each frame stand the ones before and after, so that how something moves tells whose it is.
    """

    cells_G2: Tensor

    def __init__(self, channels: int, height: int, width: int, size: int, asked: int) -> None:
        super().__init__()
        self.convolutions = FrameConvolutions(3 * channels, [size, 2 * size, 4 * size])
        self.deeper = nn.Sequential(*(_same(4 * size) for _ in range(2)))
        rows, columns = halved(height, 3), halved(width, 3)
        down = (torch.arange(rows) + 0.5) / rows
        across = (torch.arange(columns) + 0.5) / columns
        self.register_buffer("cells_G2", torch.cartesian_prod(down, across), persistent=False)
        self.where_GE = nn.Parameter(torch.zeros(rows * columns, 4 * size))
        self.query = nn.Linear(asked, 4 * size)
        self.correct = nn.Sequential(nn.Linear(4 * size + asked, 64), nn.ReLU(), nn.Linear(64, 2))

    def forward(self, x_BFCHW: Tensor, q_BKQ: Tensor) -> Tensor:
        """-> places_BKF2."""
        films, frames = x_BFCHW.shape[:2]
        before_BFCHW = torch.cat([x_BFCHW[:, :1], x_BFCHW[:, :-1]], dim=1)
        after_BFCHW = torch.cat([x_BFCHW[:, 1:], x_BFCHW[:, -1:]], dim=1)
        seen = torch.cat([x_BFCHW, x_BFCHW - before_BFCHW, after_BFCHW - x_BFCHW], dim=2).flatten(0, 1)
        grid_BFGE = self.deeper(self.convolutions(seen)).flatten(2).transpose(1, 2)
        grid_BFGE = grid_BFGE.view(films, frames, *grid_BFGE.shape[1:])
        query_BKE = self.query(q_BKQ)
        scores_BKFG = torch.einsum("bke,bfge->bkfg", query_BKE, grid_BFGE + self.where_GE)
        a_BKFG = torch.softmax(scores_BKFG.float() * query_BKE.shape[-1] ** -0.5, dim=-1)
        found_BKFE = torch.einsum("bkfg,bfge->bkfe", a_BKFG.to(grid_BFGE.dtype), grid_BFGE)
        asked_BKFQ = q_BKQ[:, :, None].expand(-1, -1, frames, -1)
        off_BKF2 = torch.tanh(self.correct(torch.cat([found_BKFE, asked_BKFQ], dim=-1)).float())
        return a_BKFG @ self.cells_G2 + REACH * off_BKF2


def _same(channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, padding=1), nn.GroupNorm(groups_of(channels), channels), nn.ReLU()
    )


class Look(nn.Module):
    """q(z | film): mean and log variance of an object's look, from what lies where it was found."""

    def __init__(self, channels: int, side: int, size: int, asked: int, numbers: int) -> None:
        super().__init__()
        self.side = side
        self.convolutions = FrameConvolutions(channels, [size, 2 * size, 4 * size])
        self.narrow = nn.Linear(4 * size * halved(side, 3) ** 2, 128)
        self.output = nn.Linear(128 + asked, 2 * numbers)

    def forward(
        self, x_BFCHW: Tensor, places_BKF2: Tensor, q_BKQ: Tensor, mask_BF: Tensor
    ) -> tuple[Tensor, Tensor]:
        """-> mean_BKZ and log variance_BKZ."""
        films, objects, frames = places_BKF2.shape[:3]
        chosen = torch.linspace(0, frames - 1, min(LOOKED_AT, frames)).round().long()
        x_BKFCHW = x_BFCHW[:, None, chosen].expand(-1, objects, *(-1,) * 4)
        patches = cut_out(x_BKFCHW.flatten(0, 2), places_BKF2[:, :, chosen].detach().flatten(0, 2), self.side)
        seen = torch.relu(self.narrow(self.convolutions(patches).flatten(1)))
        seen_BKFE = seen.view(films, objects, len(chosen), -1)
        weight_BF = mask_BF[:, chosen] / mask_BF[:, chosen].sum(1, keepdim=True).clamp(min=1)
        mean_BKE = (seen_BKFE * weight_BF[:, None, :, None]).sum(2)
        mean_BKZ, log_variance_BKZ = (
            self.output(torch.cat([mean_BKE, q_BKQ], dim=-1)).float().chunk(2, dim=-1)
        )
        return mean_BKZ, log_variance_BKZ.clamp(-8, 4)


class Painter(nn.Module):
    """An object's look z and what was asked -> its picture: what it covers, and in which colours."""

    def __init__(self, channels: int, side: int, size: int, asked: int, numbers: int) -> None:
        super().__init__()
        self.first, self.side = -(-side // 8), side
        self.spread = nn.Linear(asked + numbers, 4 * size * self.first**2)
        self.convolutions = nn.Sequential(
            *_twice(4 * size, 4 * size), *_twice(4 * size, 2 * size), *_twice(2 * size, size)
        )
        self.output = nn.Conv2d(size, channels + 1, 3, padding=1)
        with torch.no_grad():
            self.output.weight.mul_(0.5)

    def forward(self, z_NZ: Tensor, q_NQ: Tensor) -> tuple[Tensor, Tensor]:
        """-> cover_N1PP and colours_NCPP, both from 0 to 1."""
        grid = torch.relu(self.spread(torch.cat([z_NZ, q_NQ], dim=-1)))
        grid = grid.view(len(z_NZ), -1, self.first, self.first)
        logits = self.output(self.convolutions(grid))[:, :, : self.side, : self.side].float()
        return torch.sigmoid(logits[:, :1] - 2.0), torch.sigmoid(logits[:, 1:] + 2.0)


def _twice(before: int, after: int) -> list[nn.Module]:
    """Twice the rows and columns."""
    return [
        nn.Upsample(scale_factor=2.0, mode="nearest"),
        nn.Conv2d(before, after, 3, padding=1),
        nn.GroupNorm(groups_of(after), after),
        nn.ReLU(),
    ]
