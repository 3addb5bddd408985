"""The parts of a video decoder: read objects from a memory, find them in a film, encode and draw their appearance.

Shapes: B films, F frames, K objects, N = B times K, C channels, H rows, W columns, G cells of a grid,
P side of a patch, L frames that an appearance is read from, S steps of a memory, D features of the memory,
Q features of an object's description, Z features of an appearance.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seqkit.nn.deep import DeepEncoder
from seqkit.nn.recurrent import RecurrenceClass
from seqkit_video.layers import FrameConvolutions, groups_of, halved
from seqkit_video.layers_place import cut_out

TAKEN = 0.1
"""Distance, in shares of the frame, at which two objects count as being at one position."""
LOG_VARIANCES = (-8.0, 4.0)
"""Bounds of the log variance of an appearance."""
LOOKED_AT = 4
"""Number of frames that an appearance is read from, evenly spaced."""
REACH = 0.15
"""Maximum distance, in shares of the frame, of a position from the mean of the cells attended to."""
KEPT, RADIUS = 6.0, -1.8
"""Initial weights for an object's expected position and against those of others, and radius (0.15); before softplus."""


class Objects(nn.Module):
    """Reads a description q_BKQ of each object from a memory, by a separate attention for each."""

    def __init__(self, memory_size: int, size: int, count: int) -> None:
        super().__init__()
        self.keys = nn.Linear(memory_size, size)
        self.queries_KQ = nn.Parameter(torch.randn(count, size) * size**-0.5)
        self.read = nn.Linear(memory_size, size)
        self.names_KQ = nn.Parameter(torch.randn(count, size) * 0.5)

    def forward(self, states_BSD: Tensor, mask_BS: Tensor | None) -> tuple[Tensor, Tensor]:
        """Returns q_BKQ and the attention a_BKS."""
        scores_BKS = self.queries_KQ @ self.keys(states_BSD).transpose(1, 2)
        if mask_BS is not None:
            scores_BKS = scores_BKS.masked_fill(~mask_BS[:, None], -torch.inf)
        a_BKS = torch.softmax(scores_BKS, dim=-1)
        return torch.tanh(self.read(a_BKS @ states_BSD) + self.names_KQ), a_BKS


class Tracker(nn.Module):
    """Finds the position of each object in each frame: the mean of the cells attended to, corrected by a network.

    An object is expected where it would be with constant velocity, and not where others are; otherwise all would follow
    the most visible one. The tracker does not use the source.
    """

    cells_G2: Tensor

    def __init__(
        self, channels: int, height: int, width: int, size: int, count: int, recurrence: RecurrenceClass
    ) -> None:
        super().__init__()
        self.convolutions = FrameConvolutions(3 * channels, [size, 2 * size, 4 * size])
        self.deeper = _same(4 * size)
        rows, columns = halved(height, 3), halved(width, 3)
        down = (torch.arange(rows) + 0.5) / rows
        across = (torch.arange(columns) + 0.5) / columns
        self.register_buffer("cells_G2", torch.cartesian_prod(down, across), persistent=False)
        self.seen = nn.Linear(4 * size, 1)
        self.count = count
        self.held = nn.Parameter(torch.tensor([KEPT, KEPT, RADIUS]))
        self.smooth = DeepEncoder(recurrence, 4 * size + 4, 64, 1, bidirectional=True)
        self.correct = nn.Linear(64, 2)
        nn.init.normal_(self.correct.weight, std=0.02)

    def forward(self, x_BFCHW: Tensor, mask_BF: Tensor) -> Tensor:
        """Returns places_BKF2."""
        grid_BFGE = self._grid(x_BFCHW)
        a_BKFG = self._follow(self.seen(grid_BFGE)[..., 0].float())
        films, objects = a_BKFG.shape[:2]
        places_BKF2 = a_BKFG @ self.cells_G2
        found_BKFE = torch.einsum("bkfg,bfge->bkfe", a_BKFG.to(grid_BFGE.dtype), grid_BFGE)
        others_BKF2 = (places_BKF2.sum(1, keepdim=True) - places_BKF2) / max(objects - 1, 1)
        read = torch.cat([found_BKFE, 4 * places_BKF2 - 2, 4 * others_BKF2 - 2], dim=-1)
        z_NFH, _ = self.smooth(read.flatten(0, 1), mask_BF.repeat_interleave(objects, 0))
        off_NF2 = torch.tanh(self.correct(z_NFH).float())
        return places_BKF2 + REACH * off_NF2.unflatten(0, (films, objects))

    def _grid(self, x_BFCHW: Tensor) -> Tensor:
        """Features of each cell of each frame, (B, F, G, E), from the frame and its differences to both neighbours."""
        before_BFCHW = torch.cat([x_BFCHW[:, :1], x_BFCHW[:, :-1]], dim=1)
        after_BFCHW = torch.cat([x_BFCHW[:, 1:], x_BFCHW[:, -1:]], dim=1)
        seen = torch.cat([x_BFCHW, x_BFCHW - before_BFCHW, after_BFCHW - x_BFCHW], dim=2).flatten(0, 1)
        grid_NGE = self.deeper(self.convolutions(seen)).flatten(2).transpose(1, 2)
        return grid_NGE.unflatten(0, x_BFCHW.shape[:2])

    def _follow(self, scores_BFG: Tensor) -> Tensor:
        """The attention a_BKFG, frame by frame, and in each frame one object after another.

        All objects share the scores: with separate scores, an object that most films lack would not learn them.
        """
        attraction, repulsion, radius = nn.functional.softplus(self.held)
        expected: list[Tensor | None] = [None] * self.count
        last: list[Tensor | None] = [None] * self.count
        rows = []
        for seen_BG in scores_BFG.unbind(1):
            row = []
            for number in range(self.count):
                scores_BG = seen_BG
                for rival, place_B2 in enumerate(expected):
                    if place_B2 is not None:
                        far_BG = (self.cells_G2 - place_B2[:, None]).square().sum(-1)
                        near_BG = torch.exp(-far_BG / (2 * radius**2))
                        scores_BG = scores_BG + (attraction if rival == number else -repulsion) * near_BG
                a_BG = torch.softmax(scores_BG, dim=-1)
                # Detached, so that no gradient flows along the whole film.
                expected[number] = (a_BG @ self.cells_G2).detach()
                row.append(a_BG)
            now = list(expected)
            for number, (place_B2, before_B2) in enumerate(zip(now, last, strict=True)):
                if place_B2 is not None and before_B2 is not None:
                    expected[number] = (2 * place_B2 - before_B2).clamp(0, 1)
            last = now
            rows.append(torch.stack(row, dim=1))
        return torch.stack(rows, dim=2)


def _same(channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, padding=1), nn.GroupNorm(groups_of(channels), channels), nn.ReLU()
    )


class Look(nn.Module):
    """q(z | film): mean and log variance of an object's appearance, from patches at its positions."""

    def __init__(self, channels: int, side: int, size: int, numbers: int) -> None:
        super().__init__()
        self.side = side
        self.convolutions = FrameConvolutions(channels, [size, 2 * size, 4 * size])
        self.narrow = nn.Linear(4 * size * halved(side, 3) ** 2, 128)
        self.output = nn.Linear(129, 2 * numbers)

    def forward(self, x_BFCHW: Tensor, places_BKF2: Tensor, lengths_B: Tensor) -> tuple[Tensor, Tensor]:
        """Returns mean_BKZ and log variance_BKZ."""
        films, objects = places_BKF2.shape[:2]
        shares_L = torch.linspace(0, 1, LOOKED_AT, device=lengths_B.device)
        chosen_BL = ((lengths_B[:, None] - 1) * shares_L).round().long()
        rows_B1 = torch.arange(films, device=lengths_B.device)[:, None]
        x_BKLCHW = x_BFCHW[rows_B1, chosen_BL][:, None].expand(-1, objects, *(-1,) * 4)
        places_BKL2 = places_BKF2.detach().transpose(1, 2)[rows_B1, chosen_BL].transpose(1, 2)
        patches = cut_out(x_BKLCHW.flatten(0, 2), places_BKL2.flatten(0, 2), self.side)
        seen = torch.relu(self.narrow(self.convolutions(patches).flatten(1)))
        seen_BKE = seen.view(films, objects, LOOKED_AT, -1).mean(2)
        read_BKE = torch.cat([seen_BKE, _taken(places_BKL2)[..., None].to(seen_BKE.dtype)], dim=-1)
        mean_BKZ, log_variance_BKZ = self.output(read_BKE).float().chunk(2, dim=-1)
        return mean_BKZ, log_variance_BKZ.clamp(*LOG_VARIANCES)


def _taken(places_BKL2: Tensor) -> Tensor:
    """The overlap of each object with those before it, (B, K).

    Without this input, two objects at one position would keep equal appearances, each half visible.
    """
    far_BKKL = (places_BKL2[:, :, None] - places_BKL2[:, None]).square().sum(-1)
    near_BKK = torch.exp(-far_BKKL / (2 * TAKEN**2)).mean(-1)
    return 4 * torch.tril(near_BKK, diagonal=-1).sum(-1)


class ExpectedLook(nn.Module):
    """p(z | q): mean and log variance of an appearance, given the description of an object."""

    def __init__(self, query_size: int, numbers: int) -> None:
        super().__init__()
        self.network = nn.Sequential(nn.Linear(query_size, 128), nn.ReLU(), nn.Linear(128, 2 * numbers))

    def forward(self, q_BKQ: Tensor) -> tuple[Tensor, Tensor]:
        """Returns mean_BKZ and log variance_BKZ."""
        mean_BKZ, log_variance_BKZ = self.network(q_BKQ).float().chunk(2, dim=-1)
        return mean_BKZ, log_variance_BKZ.clamp(*LOG_VARIANCES)


class Painter(nn.Module):
    """An appearance z -> the picture of an object: its cover (opacity) and its colours."""

    def __init__(self, channels: int, side: int, size: int, numbers: int) -> None:
        super().__init__()
        self.first, self.side = -(-side // 8), side
        self.spread = nn.Linear(numbers, 4 * size * self.first**2)
        self.convolutions = nn.Sequential(
            *_twice(4 * size, 4 * size), *_twice(4 * size, 2 * size), *_twice(2 * size, size)
        )
        self.output = nn.Conv2d(size, channels + 1, 3, padding=1)
        with torch.no_grad():
            self.output.weight.mul_(0.5)

    def forward(self, z_NZ: Tensor) -> tuple[Tensor, Tensor]:
        """Returns cover_N1PP and colours_NCPP, both from 0 to 1."""
        grid = torch.relu(self.spread(z_NZ))
        grid = grid.view(len(z_NZ), -1, self.first, self.first)
        logits = self.output(self.convolutions(grid))[:, :, : self.side, : self.side].float()
        return torch.sigmoid(3 * logits[:, :1] - 2), torch.sigmoid(3 * logits[:, 1:] + 2)


def _twice(before: int, after: int) -> list[nn.Module]:
    """Layers that double rows and columns."""
    return [
        nn.Upsample(scale_factor=2.0, mode="nearest"),
        nn.Conv2d(before, after, 3, padding=1),
        nn.GroupNorm(groups_of(after), after),
        nn.ReLU(),
    ]
