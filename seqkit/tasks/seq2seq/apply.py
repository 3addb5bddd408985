"""Outputs for a stream of sources, in order and in flat memory, however long the stream or one of its lines is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from seqkit.data.items import library_missing
from seqkit.decoding.options import DecodingOptions
from seqkit.errors import SeqkitError
from seqkit.examples import Translation
from seqkit.inference.numpy.starting import StartingTranslator
from seqkit.inference.numpy.translator import NumpyTranslator
from seqkit.inference.outputs import Output, Source
from seqkit.models.usable import fault_of_source, parts_of
from seqkit.tasks.application import Limits, chunks

CHUNK = 2000
"""Sources that are sorted by length and worked on together. Fixed, so that equal input falls into equal batches."""
CHUNK_CHARACTERS = 1_000_000
"""A chunk ends earlier where its sources are long."""
BYTES_A_CHARACTER = 64
"""Of sound, pictures and films: how many weigh as much as a character of text."""
LIMITS = Limits(CHUNK, CHUNK_CHARACTERS)
PARTS = 10_000
"""Number of a part, which draws are seeded by = number of its line * PARTS + its place; few lines have so many."""

Models = Sequence[Any] | StartingTranslator
"""Models in torch, several of which vote, or one that answers a short stream in numpy."""
Bad = Callable[[int, SeqkitError], None]
"""What to do with a source, by its number from 0, that a model cannot take, and what it said of it."""


def refuse(number: int, fault: SeqkitError) -> None:
    """Raise SeqkitError with the number of the source, from 1."""
    raise SeqkitError(f"input {number + 1}: {fault.problem}", fault.fix) from fault


def translate_lines(
    models: Models, lines: Iterable[str], options: DecodingOptions
) -> Iterator[list[Translation]]:
    """The translations of each line, the best first; none for a line without text."""
    (name,) = models.encoders if isinstance(models, StartingTranslator) else models[0].encoders
    return translate_sources(models, ({name: line} for line in lines), options)


def translate_sources(
    models: Models, sources: Iterable[Source | None], options: DecodingOptions, bad: Bad = refuse
) -> Iterator[list[Translation]]:
    """As `translate_lines`, for sources of any modality and output of text; None is a missing source."""
    for outputs in outputs_of(models, sources, options, bad):
        yield [Translation(str(output.value), output.score, output.log_prob) for output in outputs]


def outputs_of(
    models: Models, sources: Iterable[Source | None], options: DecodingOptions, bad: Bad = refuse
) -> Iterator[list[Output]]:
    """The outputs of any kind for each source, best first; none for an empty, missing or bad source.

    Args: bad, called for each source that the models cannot take; where it returns, the others are worked on.
    """
    for chunk in chunks(sources, LIMITS, size_of):
        numbers = range(chunk.first, chunk.first + len(chunk.items))
        chosen = models.models(chunk.items, options) if isinstance(models, StartingTranslator) else models
        yield from apply_chunk(chosen, chunk.items, options, numbers, bad)


def apply_chunk(
    models: Sequence[Any],
    whole: Sequence[Source | None],
    options: DecodingOptions,
    numbers: Sequence[int],
    bad: Bad,
) -> list[list[Output]]:
    """The outputs of a chunk; where one of its sources ends the work, it is done once more without such sources.

    Args: numbers, those of the sources: with the seed they determine samples, and `bad` receives them.
    """
    try:
        return _worked(models, whole, options, numbers)
    except SeqkitError as error:
        faults = {} if library_missing(error) else _faults(models, whole)
        if not faults:
            raise
    for index, fault in faults.items():
        bad(numbers[index], fault)
    good = [None if index in faults else source for index, source in enumerate(whole)]
    return _worked(models, good, options, numbers)


def _faults(models: Sequence[Any], sources: Sequence[Source | None]) -> dict[int, SeqkitError]:
    """Index of each source that a model cannot take -> what it said of it."""
    found = {}
    for index, source in enumerate(sources):
        faults = (fault_of_source(model, source) for model in models if source is not None)
        if fault := next(filter(None, faults), None):
            found[index] = fault
    return found


def _worked(
    models: Sequence[Any], whole: Sequence[Source | None], options: DecodingOptions, numbers: Sequence[int]
) -> list[list[Output]]:
    """A long source is read in parts; what comes out of them is joined."""
    parts = [parts_of(models[0], source) for source in whole]
    sources = [part for own in parts for part in own]
    of_parts = [
        number * PARTS + place
        for number, own in zip(numbers, parts, strict=True)
        for place in range(len(own))
    ]
    # A translation begins but once, however many parts it has.
    prefixes = [options.prefix if place == 0 else "" for own in parts for place in range(len(own))]
    outputs = iter(generate(models, sources, options, of_parts, prefixes))
    return [_joined(models[0].decoder, [next(outputs) for _ in own], options) for own in parts]


def generate(
    models: Sequence[Any],
    sources: Sequence[Source],
    options: DecodingOptions,
    numbers: Sequence[int],
    prefixes: Sequence[str],
) -> list[list[Output]]:
    """The outputs for each source, the best first."""
    if isinstance(models[0], NumpyTranslator):
        return models[0].generate(sources, options, prefixes)
    from seqkit.inference.generation import generate as in_torch

    return in_torch(models, sources, options, numbers, prefixes)


def _joined(decoder: Any, outputs: Sequence[Sequence[Output]], options: DecodingOptions) -> list[Output]:
    """Outputs of a source: the i-th best of each of its parts, or its last where there are fewer; the best first."""
    if len(outputs) == 1:
        return list(outputs[0])
    joined = []
    for rank in range(max(map(len, outputs), default=0)):
        chosen = [own[min(rank, len(own) - 1)] for own in outputs]
        value = decoder.join([output.value for output in chosen])
        log_prob, length = sum(output.log_prob for output in chosen), sum(output.length for output in chosen)
        # A decoder that writes no symbols has outputs without length.
        score = log_prob / max(length, 1) ** options.length_penalty
        joined.append(Output(value, log_prob, score, length))
    # By expected utility they are in order already.
    return joined if options.mbr else sorted(joined, key=lambda output: -output.score)


def size_of(source: Source | None) -> float:
    """Of a source, in characters of text."""
    return sum(_size(value) for value in (source or {}).values())


def _is_record(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _size(value: Any) -> float:
    """Of an input, in characters of text: an array weighs by its bytes."""
    if isinstance(value, str):
        return len(value)
    parts = [getattr(value, field.name) for field in dataclasses.fields(value)] if _is_record(value) else []
    arrays = parts or [value]
    return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray)) / BYTES_A_CHARACTER
