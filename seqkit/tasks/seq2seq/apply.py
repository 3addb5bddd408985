"""Outputs for a stream of sources, in order and in bounded memory for streams and lines of any length."""

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
from seqkit.inference.outputs import Output, Source
from seqkit.models.usable import fault_of_source
from seqkit.tasks.application import Limits, chunks
from seqkit.tasks.seq2seq.agreement import sampling_of, with_agreement
from seqkit.tasks.seq2seq.doubt import translation_of, with_confidence
from seqkit.tasks.seq2seq.lines import LineHandling, Lines, handles, lines_of
from seqkit.tasks.seq2seq.units import Unit, decoded

CHUNK = 2000
"""Number of sources that are sorted by length and processed together. Fixed: equal input gives equal batches."""
CHUNK_CHARACTERS = 1_000_000
"""Size at which a chunk of long sources ends earlier."""
BYTES_A_CHARACTER = 64
"""Values of sound, pictures and films that count as one character of text."""
LIMITS = Limits(CHUNK, CHUNK_CHARACTERS)
PARTS = 10_000
"""Number of a part, the seed of its samples = number of its line * PARTS + its index; few lines have more parts."""

AS_THEY_ARE = LineHandling(split=False, protect=False)
"""The models read whole lines."""

Models = Sequence[Any] | StartingTranslator
"""Models in torch, several as an ensemble, or one that processes a short stream in numpy."""
Bad = Callable[[int, SeqkitError], None]
"""Handles a source that a model cannot process: (its number from 0, the error)."""


def refuse(number: int, fault: SeqkitError) -> None:
    """Raise SeqkitError with the number of the source, from 1."""
    raise SeqkitError(f"input {number + 1}: {fault.problem}", fault.fix) from fault


def translate_lines(
    models: Models, lines: Iterable[str], options: DecodingOptions, handling: LineHandling = AS_THEY_ARE
) -> Iterator[list[Translation]]:
    """The translations of each line, the best first; none for a line without text.

    Args: handling, whether lines are split into sentences and which parts are protected; by default the models read
    whole lines.
    """
    (name,) = models.encoders if isinstance(models, StartingTranslator) else models[0].encoders
    return translate_sources(models, ({name: line} for line in lines), options, handling=handling)


def translate_sources(
    models: Models,
    sources: Iterable[Source | None],
    options: DecodingOptions,
    bad: Bad = refuse,
    handling: LineHandling = AS_THEY_ARE,
) -> Iterator[list[Translation]]:
    """As `translate_lines`, for sources of any modality and output of text; None is a missing source."""
    for outputs in outputs_of(models, sources, options, bad, handling):
        yield [translation_of(output) for output in outputs]


def outputs_of(
    models: Models,
    sources: Iterable[Source | None],
    options: DecodingOptions,
    bad: Bad = refuse,
    handling: LineHandling = AS_THEY_ARE,
) -> Iterator[list[Output]]:
    """The outputs of any kind for each source, best first; none for an empty, missing or bad source.

    Args: bad, called for each source that the models cannot process; if it returns, the others are processed.
    """
    for chunk in chunks(sources, LIMITS, size_of):
        numbers = range(chunk.first, chunk.first + len(chunk.items))
        found = apply_chunk(models, chunk.items, options, numbers, handling)
        for number, outputs in zip(numbers, found, strict=True):
            if isinstance(outputs, SeqkitError):
                bad(number, outputs)
        yield from ([] if isinstance(outputs, SeqkitError) else outputs for outputs in found)


def apply_chunk(
    models: Models,
    sources: Sequence[Source | None],
    options: DecodingOptions,
    numbers: Sequence[int],
    handling: LineHandling = AS_THEY_ARE,
) -> list[list[Output] | SeqkitError]:
    """The outputs of a chunk; if a source causes an error, the chunk is processed again without such sources.

    Args: numbers, those of the sources, which with the seed determine samples; handling, of lines, for models from text
    to text. A source that the models cannot process has a SeqkitError instead of outputs.
    """
    chosen = models.models(sources, options) if isinstance(models, StartingTranslator) else models
    try:
        return list(_worked(chosen, sources, options, numbers, handling))
    except SeqkitError as error:
        faults = {} if library_missing(error) else _faults(chosen, sources)
        if not faults:
            raise
    good = [None if index in faults else source for index, source in enumerate(sources)]
    found = _worked(chosen, good, options, numbers, handling)
    return [faults.get(index, outputs) for index, outputs in enumerate(found)]


def _faults(models: Sequence[Any], sources: Sequence[Source | None]) -> dict[int, SeqkitError]:
    """Index of each source that a model cannot process -> the error."""
    found = {}
    for index, source in enumerate(sources):
        faults = (fault_of_source(model, source) for model in models if source is not None)
        if fault := next(filter(None, faults), None):
            found[index] = fault
    return found


def _worked(
    models: Sequence[Any],
    whole: Sequence[Source | None],
    options: DecodingOptions,
    numbers: Sequence[int],
    handling: LineHandling,
) -> list[list[Output]]:
    numbers = [number * PARTS for number in numbers]
    found = _decoded(models, whole, options, numbers, handling)
    if options.agreement:
        samples = _decoded(models, whole, sampling_of(options), numbers, handling)
        found = with_agreement(found, samples)
    return with_confidence(models, whole, found, handling.model if handling.confidence else "")


def _decoded(
    models: Sequence[Any],
    whole: Sequence[Source | None],
    options: DecodingOptions,
    numbers: Sequence[int],
    handling: LineHandling,
) -> list[list[Output]]:
    if handling.changes and handles(models):
        return Lines(models, options, handling).outputs(lines_of(whole), numbers)
    units = [Unit(source, number, options.prefix) for source, number in zip(whole, numbers, strict=True)]
    return decoded(models, units, options)


def size_of(source: Source | None) -> float:
    """Size of a source, in characters of text."""
    return sum(_size(value) for value in (source or {}).values())


def _is_record(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _size(value: Any) -> float:
    """Size of an input, in characters of text; for an array by its bytes."""
    if isinstance(value, str):
        return len(value)
    parts = [getattr(value, field.name) for field in dataclasses.fields(value)] if _is_record(value) else []
    arrays = parts or [value]
    return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray)) / BYTES_A_CHARACTER
