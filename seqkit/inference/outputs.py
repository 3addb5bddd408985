"""Batch sources, limit the length of outputs, and select outputs.

Imports no torch: shared by models in torch (`seqkit.inference.generation`) and in numpy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from seqkit.decoding.hypothesis import Hypothesis
from seqkit.decoding.loops import limits_of
from seqkit.decoding.mbr import ranked_by_risk
from seqkit.decoding.options import DecodingOptions
from seqkit.text.languages import writes_blanks

ROWS = 512
"""Maximum rows of a search in a batch: sources times the width of the beam, or samples."""
STEPS = 16_384
"""Maximum source steps of a batch, padding included."""
ROOM = 1.5
"""Maximum length of an output, as a multiple of the longest training target, if sources are not symbols."""
EXTRA = 10
"""Minimum of the maximum length of an output, in symbols after its prefix."""

Source = Mapping[str, Any]


class Output(NamedTuple):
    """One output for a source."""

    value: Any
    """A str from a text decoder; a film, an array or another object from others."""
    log_prob: float
    """ln P(value | source); 0 from a decoder that writes no symbols, as is its score."""
    score: float
    """Ranking score, log_prob / length ** length_penalty. With mbr, outputs are ranked by expected utility instead."""
    length: int = 0
    """Number of symbols, the end included."""
    kept: bool = True
    """Whether the output has every protected part of the source without forcing."""
    confidence: float | None = None
    """As in `Translation`, like `familiarity` and `agreement`."""
    familiarity: float | None = None
    agreement: float | None = None


def source_batches(steps: Sequence[int], most: int) -> Iterator[list[int]]:
    """Indices of sources of similar length, at most `most` in a batch. Args: steps, of each source."""
    batch: list[int] = []
    for index in sorted(range(len(steps)), key=lambda index: steps[index]):
        if batch and (len(batch) == most or (len(batch) + 1) * steps[index] > STEPS):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def longest_outputs(
    model: Any, steps: Sequence[int], prefixes: Sequence[Sequence[int]], max_ratio: float
) -> list[int]:
    """Maximum length of each output in symbols, with the end. Args: steps, of sources; prefixes, forced beginnings."""
    least = _least(model)
    return [
        len(prefix) + max(int(max_ratio * count), least) + EXTRA
        for prefix, count in zip(prefixes, steps, strict=True)
    ]


def loop_limits(
    decoder: Any, symbols: Sequence[Sequence[int]] | None, options: DecodingOptions
) -> list[int] | None:
    """How often each output of a search may have the same three symbols; None for no limit.

    Args: symbols, of each source; None for sources without symbols, such as sound.
    """
    if not options.block_loops or options.draws or symbols is None or decoder.repeats is None:
        return None
    return limits_of(symbols, decoder.repeats)


def _least(model: Any) -> int:
    """Number of symbols that every output may have: the length of sound, pictures or films says little about it."""
    if all(encoder.reads_symbols for encoder in model.encoders.values()):
        return 0
    return int(ROOM * model.decoder.longest)


def outputs_for(model: Any, hypotheses: Sequence[Hypothesis], options: DecodingOptions) -> list[Output]:
    """The outputs of hypotheses, best first, without duplicates."""
    found = [
        Output(model.decoder.read(h.symbols), h.log_prob, h.score, len(h.symbols) + 1) for h in hypotheses
    ]
    if options.mbr:
        blanks = writes_blanks(model.facts.target_language)
        ranked = ranked_by_risk([output.value for output in found], options.utility, blanks)
        return [found[index] for index in ranked[: options.n_best]]
    found = sorted(found, key=lambda output: -output.score)
    return found if options.sample else _distinct(found)[: options.n_best]


def _distinct(found: Sequence[Output]) -> list[Output]:
    """The outputs without duplicates: the first of each value."""
    seen: list[Any] = []
    distinct = []
    for output in found:
        if output.value not in seen:
            seen.append(output.value)
            distinct.append(output)
    return distinct
