"""Units of work of a translation: sentences or whole sources, each decoded alone and in parts if it is long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from seqkit.decoding.options import DecodingOptions
from seqkit.inference.numpy.translator import NumpyTranslator
from seqkit.inference.outputs import Output, Source
from seqkit.models.usable import parts_of


class Unit(NamedTuple):
    """A source that is decoded on its own."""

    source: Source | None
    """None: it is missing, and has no output."""
    number: int
    """With the seed it determines samples; its parts have the numbers that follow."""
    prefix: str = ""
    """Forced beginning of its output."""


def decoded(models: Sequence[Any], units: Sequence[Unit], options: DecodingOptions) -> list[list[Output]]:
    """The outputs of each unit, best first. A long one is read in parts, whose outputs are joined."""
    parts = [parts_of(models[0], unit.source) for unit in units]
    sources = [part for own in parts for part in own]
    numbers = [
        unit.number + place for unit, own in zip(units, parts, strict=True) for place in range(len(own))
    ]
    # A translation begins but once, however many parts it has.
    prefixes = [
        unit.prefix if place == 0 else ""
        for unit, own in zip(units, parts, strict=True)
        for place in range(len(own))
    ]
    outputs = iter(generate(models, sources, options, numbers, prefixes))
    join = models[0].decoder.join
    return [joined([next(outputs) for _ in own], join, options) for own in parts]


def generate(
    models: Sequence[Any],
    sources: Sequence[Source],
    options: DecodingOptions,
    numbers: Sequence[int],
    prefixes: Sequence[str],
) -> list[list[Output]]:
    """The outputs for each source, best first, in numpy or in torch."""
    if isinstance(models[0], NumpyTranslator):
        return models[0].generate(sources, options, prefixes)
    from seqkit.inference.generation import generate as in_torch

    return in_torch(models, sources, options, numbers, prefixes)


def joined(outputs: Sequence[Sequence[Output]], join: Any, options: DecodingOptions) -> list[Output]:
    """Outputs of a source: the i-th best of each of its parts, or its last where there are fewer; the best first.

    Args: join, makes one value of those of the parts.
    """
    if len(outputs) == 1:
        return list(outputs[0])
    found = []
    for rank in range(max(map(len, outputs), default=0)):
        chosen = [own[min(rank, len(own) - 1)] for own in outputs]
        value = join([output.value for output in chosen])
        log_prob, length = sum(output.log_prob for output in chosen), sum(output.length for output in chosen)
        # A decoder that writes no symbols has outputs without length.
        score = log_prob / max(length, 1) ** options.length_penalty
        kept = all(output.kept for output in chosen)
        found.append(Output(value, log_prob, score, length, kept))
    # By expected utility they are in order already.
    return found if options.mbr else sorted(found, key=lambda output: -output.score)
