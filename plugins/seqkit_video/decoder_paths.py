"""The paths of objects: their density, and samples of it.

    h_τ = h(W [s_τ-1 ; s_τ-1 - s_τ-2 ; q_k] + U h_τ-1)  s_τ - s_τ-1 ~ a mixture of Gaussians, from h_τ

Positions s are in units of STEP from the middle of the frame. Shapes: B films, F frames, K objects of the source,
J = K objects found in the film, N rows, Q features of q_k.
"""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from seqkit.models.contracts import Memory
from seqkit.nn.decoder import RecurrentDecoder
from seqkit.nn.densities import Mixture, MixtureHead
from seqkit.nn.draws import draw

STEP = 1 / 16
"""Unit of motion, as a share of the frame."""
LEAST = 0.05
"""Minimum standard deviation of a step, in STEPs: a fifth of a pixel in a frame of 64."""
PARTS = 10
"""Components of the mixture."""
SMEARED = 0.1
"""Standard deviation of the noise on positions in training, in STEPs, so that sampled positions can be continued."""
CALM = 0.3
"""Temperature within a component of the mixture: the component is sampled, the variation around it is reduced."""


class PathDecoder(Protocol):
    """The attributes of a video decoder that `path_nll` and `sampled_paths` use."""

    network: RecurrentDecoder
    head: MixtureHead
    training: bool


def path_head(size: int) -> MixtureHead:
    """The output layer for the density of a step. Args: size, that of the network's output."""
    return MixtureHead(size, 2, PARTS, LEAST)


def path_nll(decoder: PathDecoder, memory: Memory, q_BKQ: Tensor, places_BJF2: Tensor) -> Tensor:
    """-log p of each step of each found path under each object of the source: (B, J, K, F)."""
    films, objects, frames = places_BJF2.shape[:3]
    true_NF2 = (places_BJF2[:, :, None].expand(-1, -1, objects, -1, -1).flatten(0, 2) - 0.5) / STEP
    q_NQ = q_BKQ[:, None].expand(-1, objects, -1, -1).flatten(0, 2)
    walked_NF2 = true_NF2
    if decoder.training:
        walked_NF2 = true_NF2 + SMEARED * draw(true_NF2.shape, true_NF2, Tensor.normal_)
    before_NF2 = torch.cat([torch.zeros_like(true_NF2[:, :1]), walked_NF2[:, :-1]], dim=1)
    inputs = [_inputs(None, None, q_NQ)[:, None]]
    if frames > 1:
        moves_NF2 = torch.diff(walked_NF2[:, :-1], dim=1, prepend=walked_NF2[:, :1])
        inputs.append(_inputs(walked_NF2[:, :-1], moves_NF2, q_NQ[:, None].expand(-1, frames - 1, -1)))
    o_NFO = decoder.network(torch.cat(inputs, dim=1), _start(decoder.network, memory, objects**2))
    mixture: Mixture = decoder.head(o_NFO.flatten(0, 1))
    log_p_N = mixture.log_prob((true_NF2 - before_NF2).flatten(0, 1))
    return -log_p_N.view(films, objects, objects, frames)


def sampled_paths(
    decoder: PathDecoder, memory: Memory, q_BKQ: Tensor, uniform_FN: Tensor, normal_FN2: Tensor
) -> Tensor:
    """Sample paths by the recurrent network: places_NF2, in shares of the frame."""
    state, q_NQ = _start(decoder.network, memory, q_BKQ.shape[1]), q_BKQ.flatten(0, 1)
    place_N2 = move_N2 = None
    places = []
    drawn = zip(uniform_FN.to(q_NQ.device), normal_FN2.to(q_NQ.device), strict=True)
    for number, (uniform_N, normal_N2) in enumerate(drawn):
        o_NO, state = decoder.network.step(_inputs(place_N2, move_N2, q_NQ), state)
        step_N2 = decoder.head(o_NO).draw(uniform_N, normal_N2, CALM if number else 1.0)
        move_N2 = torch.zeros_like(step_N2) if place_N2 is None else step_N2
        place_N2 = step_N2 if place_N2 is None else place_N2 + step_N2
        places.append(place_N2)
    return torch.stack(places, dim=1) * STEP + 0.5


def _start(network: RecurrentDecoder, memory: Memory, objects: int) -> Any:
    """The initial state of a row for each object of each film, which reads that film's memory."""
    mask_NS = None if memory.mask_BS is None else memory.mask_BS.repeat_interleave(objects, 0)
    final = tuple(part.repeat_interleave(objects, 0) for part in memory.final)
    return network.start(memory.states_BSD.repeat_interleave(objects, 0), mask_NS, final)


def _inputs(place: Tensor | None, move: Tensor | None, q: Tensor) -> Tensor:
    """The input of a step: position, motion, whether they exist (0 at the first step), and q of the object."""
    if place is None or move is None:
        return torch.cat([q.new_zeros(*q.shape[:-1], 5), q], dim=-1)
    return torch.cat([place / 4, move, torch.ones_like(place[..., :1]), q], dim=-1)
