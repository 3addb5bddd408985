"""Whole outputs of a sequence-to-sequence model while it is trained, with the gradient of their probability.

Shapes: B examples, K outputs of each, R = B * K rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from seqkit.decoding.beam import beam_search
from seqkit.decoding.sampling import sample
from seqkit.decoding.steps import Forced
from seqkit.models.contracts import Memory
from seqkit.models.modalities import SymbolDecoder
from seqkit.nn.placement import placed
from seqkit.training.trainable import Outputs

EXTRA = 10
"""An output may have twice the symbols of its reference, and so many more: a bad one need not be longer."""


def outputs_with_gradient(
    decoder: SymbolDecoder, memory: Memory, batch: Any, count: int, seed: int, search: bool
) -> Outputs:
    """`count` outputs of each example: draws from P(y | x), or the best of a beam, fewer where it finds fewer.

    Rows that a beam did not fill hold its last output once more.
    """
    references = decoder.rows(batch)
    longest = [2 * len(row) + EXTRA for row in references]
    find = _best if search else _drawn
    found = find(decoder, memory, longest, count, seed)
    written = decoder.batch([row for rows in found for row in rows])
    log_p_R = decoder.log_prob(memory.repeated(count), placed(written, memory.states_BSD.device))
    if log_p_R is None:
        raise decoder.lacks("probabilities of whole outputs")
    texts = [[str(decoder.read(row)) for row in rows] for rows in found]
    return Outputs(texts, [str(decoder.read(row)) for row in references], log_p_R.view(-1, count))


@torch.inference_mode()
def _drawn(
    decoder: SymbolDecoder, memory: Memory, longest: Sequence[int], count: int, seed: int
) -> list[list[list[int]]]:
    forced = Forced(longest, [[]] * len(longest), decoder.end, memory.states_BSD.device)
    seeds = [[(seed, example, draw) for draw in range(count)] for example in range(len(longest))]
    drawn = sample(decoder, decoder.start(memory), forced, seeds)
    return [[one.symbols for one in own] for own in drawn]


@torch.inference_mode()
def _best(
    decoder: SymbolDecoder, memory: Memory, longest: Sequence[int], count: int, seed: int
) -> list[list[list[int]]]:
    forced = Forced(longest, [[]] * len(longest), decoder.end, memory.states_BSD.device)
    found = beam_search(decoder, decoder.start(memory), forced, count, count, 1.0)
    rows = [[one.symbols for one in own][:count] for own in found]
    return [own + own[-1:] * (count - len(own)) for own in rows]
