"""The parts of a video decoder: objects asked of a memory, found in a film, looked at, and drawn.

Shapes: B films, F frames, K objects, N = B times K, C channels, H rows, W columns, G cells of a grid,
P side of a patch, L frames looked at, S steps of a memory, D features of the memory, Q of what is asked, Z numbers of
a look.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seqkit.nn.deep import DeepEncoder
from seqkit.nn.recurrent import RecurrenceClass
from seqkit_video.layers import FrameConvolutions, groups_of, halved
from seqkit_video.layers_place import cut_out

TAKEN = 0.1
"""How near, in shares of the frame, two things lie at one place."""
LOG_VARIANCES = (-8.0, 4.0)
"""Of looks: beyond, exp would be of no use."""
LOOKED_AT = 4
"""Frames that a look is read from, evenly spaced."""
REACH = 0.15
"""How far, in shares of the frame, a place may lie from the mean of the cells attended to."""
KEPT, RADIUS = 6.0, -1.8
"""How strongly at first a thing keeps to its way and off others, and how far (0.15 of the frame); before a softplus."""


class Objects(nn.Module):
    """What a memory says of each object: q_BKQ, from an attention of its own for each."""

    def __init__(self, memory_size: int, size: int, count: int) -> None:
        super().__init__()
        self.keys = nn.Linear(memory_size, size)
        self.queries_KQ = nn.Parameter(torch.randn(count, size) * size**-0.5)
        self.read = nn.Linear(memory_size, size)
        self.names_KQ = nn.Parameter(torch.randn(count, size) * 0.5)

    def forward(self, states_BSD: Tensor, mask_BS: Tensor | None) -> tuple[Tensor, Tensor]:
        """-> q_BKQ and the attention a_BKS."""
        scores_BKS = self.queries_KQ @ self.keys(states_BSD).transpose(1, 2)
        if mask_BS is not None:
            scores_BKS = scores_BKS.masked_fill(~mask_BS[:, None], -torch.inf)
        a_BKS = torch.softmax(scores_BKS, dim=-1)
        return torch.tanh(self.read(a_BKS @ states_BSD) + self.names_KQ), a_BKS


class Tracker(nn.Module):
    """Where each thing is in each frame: the mean of the cells attended to, corrected by a network over time.

    A thing is sought where it would be if it went on as before, and not where others are; else all would follow the
    one that is seen best. Nothing is known here of what the source says.
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
        """-> places_BKF2."""
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
        """Features of each cell of each frame, (B, F, G, E); beside each frame stand the ones before and after."""
        before_BFCHW = torch.cat([x_BFCHW[:, :1], x_BFCHW[:, :-1]], dim=1)
        after_BFCHW = torch.cat([x_BFCHW[:, 1:], x_BFCHW[:, -1:]], dim=1)
        seen = torch.cat([x_BFCHW, x_BFCHW - before_BFCHW, after_BFCHW - x_BFCHW], dim=2).flatten(0, 1)
        grid_NGE = self.deeper(self.convolutions(seen)).flatten(2).transpose(1, 2)
        return grid_NGE.unflatten(0, x_BFCHW.shape[:2])

    def _follow(self, scores_BFG: Tensor) -> Tensor:
        """The attention a_BKFG, frame by frame, and in each one thing after another.

        The same scores for all: with its own, a thing that most films lack would never learn where to look.
        """
        own, other, radius = nn.functional.softplus(self.held)
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
                        scores_BG = scores_BG + (own if rival == number else -other) * near_BG
                a_BG = torch.softmax(scores_BG, dim=-1)
                # The place is a fact to those after it: no gradient runs along the whole film.
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
    """q(z | film): mean and log variance of a thing's look, from what lies where it was found."""

    def __init__(self, channels: int, side: int, size: int, numbers: int) -> None:
        super().__init__()
        self.side = side
        self.convolutions = FrameConvolutions(channels, [size, 2 * size, 4 * size])
        self.narrow = nn.Linear(4 * size * halved(side, 3) ** 2, 128)
        self.output = nn.Linear(129, 2 * numbers)

    def forward(self, x_BFCHW: Tensor, places_BKF2: Tensor, lengths_B: Tensor) -> tuple[Tensor, Tensor]:
        """-> mean_BKZ and log variance_BKZ."""
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
    """How much each thing lies where one before it does, (B, K).

    What is seen there is taken. Without being told, two things at one place would look the same for ever, half each.
    """
    far_BKKL = (places_BKL2[:, :, None] - places_BKL2[:, None]).square().sum(-1)
    near_BKK = torch.exp(-far_BKKL / (2 * TAKEN**2)).mean(-1)
    return 4 * torch.tril(near_BKK, diagonal=-1).sum(-1)


class ExpectedLook(nn.Module):
    """p(z | what is said of an object): mean and log variance."""

    def __init__(self, asked: int, numbers: int) -> None:
        super().__init__()
        self.network = nn.Sequential(nn.Linear(asked, 128), nn.ReLU(), nn.Linear(128, 2 * numbers))

    def forward(self, q_BKQ: Tensor) -> tuple[Tensor, Tensor]:
        """-> mean_BKZ and log variance_BKZ."""
        mean_BKZ, log_variance_BKZ = self.network(q_BKQ).float().chunk(2, dim=-1)
        return mean_BKZ, log_variance_BKZ.clamp(*LOG_VARIANCES)


class Painter(nn.Module):
    """A look z -> the picture of a thing: what it covers, and in which colours."""

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
        """-> cover_N1PP and colours_NCPP, both from 0 to 1."""
        grid = torch.relu(self.spread(z_NZ))
        grid = grid.view(len(z_NZ), -1, self.first, self.first)
        logits = self.output(self.convolutions(grid))[:, :, : self.side, : self.side].float()
        return torch.sigmoid(3 * logits[:, :1] - 2), torch.sigmoid(3 * logits[:, 1:] + 2)


def _twice(before: int, after: int) -> list[nn.Module]:
    """Twice the rows and columns."""
    return [
        nn.Upsample(scale_factor=2.0, mode="nearest"),
        nn.Conv2d(before, after, 3, padding=1),
        nn.GroupNorm(groups_of(after), after),
        nn.ReLU(),
    ]
