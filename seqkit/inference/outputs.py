"""Outputs for sources: how sources are batched, how long an output may be, and which outputs are kept.

Imports no torch: the same for models in torch (`seqkit.inference.generation`) and in numpy.
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
"""Rows of a search at once: sources times the width of the beam, or draws."""
STEPS = 16_384
"""Source steps of a batch, padding included."""
ROOM = 1.5
"""An output may have so many times the symbols of the longest training target, where sources are not symbols."""
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
    """log_prob over length ** length_penalty: what outputs are ranked by (with mbr, by expected utility)."""
    length: int = 0
    """Symbols that were written, the end counted."""
    kept: bool = True
    """Whether every protected part of the source came out without being forced."""
    confidence: float | None = None
    """As of `Translation`, as is `familiarity`."""
    familiarity: float | None = None


def source_batches(steps: Sequence[int], most: int) -> Iterator[list[int]]:
    """Indices of sources of like length, at most so many together. Args: steps, of each source."""
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
    """Symbols that each output may have, the end counted. Args: steps, of its source; prefixes, how it begins."""
    least = _least(model)
    return [
        len(prefix) + max(int(max_ratio * count), least) + EXTRA
        for prefix, count in zip(prefixes, steps, strict=True)
    ]


def loop_limits(
    decoder: Any, symbols: Sequence[Sequence[int]] | None, options: DecodingOptions
) -> list[int] | None:
    """How often each output of a search may have the same three symbols; None: any number.

    Args: symbols, those of each source; None for sources without symbols, such as sound.
    """
    if not options.block_loops or options.draws or symbols is None or decoder.repeats is None:
        return None
    return limits_of(symbols, decoder.repeats)


def _least(model: Any) -> int:
    """Symbols that an output may have however short its source: steps of sound, columns or frames tell little of it."""
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
    """The first of those that say the same."""
    seen: list[Any] = []
    distinct = []
    for output in found:
        if output.value not in seen:
            seen.append(output.value)
            distinct.append(output)
    return distinct
