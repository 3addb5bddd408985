"""The video decoder: a film as moving objects, each with a constant appearance and a path from a recurrent network.

    q_k = a description of object k, read from memory   z_k ~ N(μ(q_k), σ²(q_k)), its appearance
    h_τ = h(W [s_τ-1 ; s_τ-1 - s_τ-2 ; q_k] + U h_τ-1)  s_τ - s_τ-1 ~ a mixture of Gaussians, from h_τ
    frame τ = the picture of z_k, placed at s_τ, over those of the previous objects and the background

A caption does not determine the start, speed and handwriting of an object. Their mean would be a blur, so they are
sampled. In training, appearance and path are inferred from the film (a variational autoencoder, Kingma & Welling 2014;
objects and positions as in Hsieh et al. 2018). The pairing of objects in the film with objects of the source is not
given: the most probable one is used.
Shapes: B films, F frames, C channels, H rows, W columns, K objects of the source, J = K objects found in the film,
N rows, Z features of an appearance, Q features of q_k.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from seqkit.media import Film
from seqkit.models.contracts import Counts, Loss, Memory
from seqkit.models.modalities import DrawingDecoder
from seqkit.models.networks import recurrent_decoder
from seqkit.models.recurrences import recurrence_class
from seqkit.nn.densities import gaussian_kl
from seqkit.nn.draws import draw
from seqkit.nn.recurrent import mask_of
from seqkit_video.decoder_drawing import drawn_frames, pixel_nll
from seqkit_video.decoder_paths import path_head, path_nll, sampled_paths
from seqkit_video.facts import FilmFacts
from seqkit_video.layers import frames_tensor
from seqkit_video.layers_objects import ExpectedLook, Look, Objects, Painter, Tracker

APART = 4.0
"""Penalty in nats for a pixel covered twice in training: otherwise two objects could each draw half of one."""
NEAR = 0.01
"""Maximum mean absolute error of a frame that counts as right."""
SCALE = 64
"""Nats per frame that count as 1 in the loss, whose gradient is clipped."""


class FilmBatch(NamedTuple):
    """Films with values from 0 to 1, padded by repetition of the last frame."""

    x_BFCHW: Tensor
    lengths_B: Tensor


class Found(NamedTuple):
    """Positions and appearances inferred from films in training."""

    places_BJF2: Tensor
    mean_BJZ: Tensor
    log_variance_BJZ: Tensor


class VideoDecoder(DrawingDecoder):
    """A Memory -> films of the training split's size and length."""

    orders_PJ: Tensor

    def __init__(
        self,
        options: Any,
        facts: FilmFacts,
        memory_size: int,
        final_sizes: tuple[int, ...],
        encoders: Mapping[str, Any],
    ) -> None:
        super().__init__()
        self.options, self.shape = options, facts.shape
        shape, size, query_size = facts.shape, options.film_channels, 64
        self.output_numbers = shape.frames * shape.height * shape.width * shape.channels
        self.side = options.film_patch or round(min(shape.height, shape.width) / 2)
        self.objects = Objects(memory_size, query_size, options.film_objects)
        self.tracker = Tracker(
            shape.channels,
            shape.height,
            shape.width,
            size,
            options.film_objects,
            recurrence_class(options.recurrence),
        )
        self.look = Look(shape.channels, self.side, size, options.film_look)
        self.expected = ExpectedLook(query_size, options.film_look)
        self.painter = Painter(shape.channels, self.side, size, options.film_look)
        orders = list(permutations(range(options.film_objects)))
        self.register_buffer("orders_PJ", torch.tensor(orders), persistent=False)
        self.background_CHW = nn.Parameter(torch.full((shape.channels, shape.height, shape.width), -3.0))
        self.network = recurrent_decoder(
            options, 5 + query_size, memory_size, final_sizes, options.hidden, input_feeding=False
        )
        self.head = path_head(self.network.output_size)

    def lengths(self, targets: Sequence[Film]) -> list[int]:
        """Number of frames of each film."""
        return [len(film.frames_FHWC) for film in targets]

    def labels(self, target: Film) -> list[str]:
        """The names of the objects, one for each row of `attention`."""
        return [f"object {number + 1}" for number in range(self.options.film_objects)]

    def collate(self, targets: Sequence[Film], seed: int | None = None) -> FilmBatch:
        """Batch films. The seed has no effect."""
        shape = self.shape
        films = [frames_tensor(film, shape.height, shape.width, shape.channels) for film in targets]
        longest = max(map(len, films))
        # Padded with the last frame, as if nothing moved, which is what the tracker assumes at the end.
        padded = [torch.cat([film, film[-1:].expand(longest - len(film), -1, -1, -1)]) for film in films]
        return FilmBatch(torch.stack(padded), torch.tensor([len(film) for film in films]))

    def find(self, batch: FilmBatch) -> Found:
        """Infer positions and appearances of the objects in films."""
        real_BF = mask_of(batch.lengths_B, batch.x_BFCHW.shape[1])
        places_BJF2 = self.tracker(batch.x_BFCHW, real_BF)
        return Found(places_BJF2, *self.look(batch.x_BFCHW, places_BJF2, batch.lengths_B))

    def render(self, z_BJZ: Tensor, places_BJF2: Tensor) -> tuple[Tensor, Tensor]:
        """Appearances and paths -> frames with values from 0 to 1, x_BFCHW, and pixels covered twice, (B, F)."""
        cover, colours = self.painter(z_BJZ.flatten(0, 1))
        return drawn_frames(cover, colours, places_BJF2, self.background_CHW)

    def loss(self, memory: Memory, batch: FilmBatch, label_smoothing: float = 0.0) -> Loss:
        """A bound of -Σ log P(film | memory): the sum over pixels, appearances, and inferred paths."""
        found = self.find(batch)
        z_BJZ = found.mean_BJZ
        if self.training:
            z_BJZ = z_BJZ + draw(z_BJZ.shape, z_BJZ, Tensor.normal_) * (0.5 * found.log_variance_BJZ).exp()
        x_BFCHW, twice_BF = self.render(z_BJZ, found.places_BJF2)
        real_BF = mask_of(batch.lengths_B, x_BFCHW.shape[1])
        pixels = (pixel_nll(x_BFCHW, batch.x_BFCHW).flatten(2).sum(-1) * real_BF).sum()
        looks_B, paths_B, _ = self.pair(memory, found, real_BF)
        looks, paths, frames = looks_B.sum(), paths_B.sum(), batch.lengths_B.sum()
        near_BF = (x_BFCHW - batch.x_BFCHW).abs().flatten(2).mean(-1) < NEAR
        total = pixels + self.options.film_kl * looks + paths + APART * (twice_BF * real_BF).sum()
        counts = Counts.of(pixels + looks + paths, (near_BF & real_BF).sum(), frames)
        return Loss(total, frames * SCALE, counts)

    def pair(self, memory: Memory, found: Found, real_BF: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pair objects found in films with objects of the source, as is most probable.

        Returns KL of appearances and -log p of paths of each film, and for each object found its object in the source,
        (B, J).
        """
        q_BKQ, _ = self.objects(memory.states_BSD, memory.mask_BS)
        mean_BKZ, log_variance_BKZ = self.expected(q_BKQ)
        looks_BJK = gaussian_kl(
            found.mean_BJZ[:, :, None],
            found.log_variance_BJZ[:, :, None],
            mean_BKZ[:, None],
            log_variance_BKZ[:, None],
        ).sum(-1)
        paths_BJK = (path_nll(self, memory, q_BKQ, found.places_BJF2) * real_BF[:, None, None]).sum(-1)
        things_J = torch.arange(q_BKQ.shape[1], device=q_BKQ.device)
        costs_BP = (looks_BJK + paths_BJK).detach()[:, things_J, self.orders_PJ].sum(-1)
        object_BJ = self.orders_PJ[costs_BP.argmin(1)]
        looks_B, paths_B = (
            costs_BJK.gather(2, object_BJ[:, :, None]).sum((1, 2)) for costs_BJK in (looks_BJK, paths_BJK)
        )
        return looks_B, paths_B, object_BJ

    def attention(self, memory: Memory, batch: FilmBatch) -> Tensor:
        """The attention of each object over the memory, a_BKS."""
        a_BKS: Tensor = self.objects(memory.states_BSD, memory.mask_BS)[1]
        return a_BKS

    @torch.no_grad()
    def generate(self, memory: Memory, seeds: Sequence[int], temperature: float = 0.0) -> list[Film]:
        """Sample a film for each example; what the memory does not determine depends only on its seed.

        Args: temperature, that of appearances: 0 gives every object the most probable one.
        """
        q_BKQ, _ = self.objects(memory.states_BSD, memory.mask_BS)
        films, objects = q_BKQ.shape[:2]
        frames, look = self.shape.frames, self.options.film_look
        drawn = [torch.Generator().manual_seed(seed) for seed in seeds]
        mean_BKZ, log_variance_BKZ = self.expected(q_BKQ)
        normal_BKZ = torch.stack([torch.randn(objects, look, generator=one) for one in drawn])
        z_BKZ = mean_BKZ + temperature * (0.5 * log_variance_BKZ).exp() * normal_BKZ.to(mean_BKZ)
        uniform_FN = torch.stack([torch.rand(frames, objects, generator=one) for one in drawn], 1).flatten(1)
        normal_FN2 = torch.stack([torch.randn(frames, objects, 2, generator=one) for one in drawn], 1)
        places_NF2 = sampled_paths(self, memory, q_BKQ, uniform_FN, normal_FN2.flatten(1, 2))
        x_BFCHW, _ = self.render(z_BKZ, places_NF2.unflatten(0, (films, objects)))
        pixels = (x_BFCHW * 255).round().clamp(0, 255).to(torch.uint8).permute(0, 1, 3, 4, 2)
        return [Film(np.ascontiguousarray(film.cpu().numpy()), self.shape.rate) for film in pixels]
