"""Outputs for a stream of sources, in order and in flat memory, however long the stream or one of its lines is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from seqkit.decoding.options import DecodingOptions
from seqkit.formats.examples import Translation
from seqkit.models.generation import Output, generate

CHUNK = 2000
"""Sources that are sorted by length and worked on together. Fixed, so that equal input falls into equal batches."""
CHUNK_CHARACTERS = 1_000_000
"""A chunk ends earlier where its sources are long."""
PARTS = 10_000
"""More than the parts of any line: number of a part = number of its line * PARTS + its place."""


def translate_lines(
    models: Sequence[Any], lines: Iterable[str], options: DecodingOptions
) -> Iterator[list[Translation]]:
    """The translations of each line, the best first; none for a line without text."""
    number = 0
    for chunk in _chunks(lines):
        yield from _chunk(models, chunk, options, number)
        number += len(chunk)


def _chunk(
    models: Sequence[Any], lines: Sequence[str], options: DecodingOptions, number: int
) -> list[list[Translation]]:
    """A long line is read in parts; what comes out of them is joined."""
    encoder = models[0].encoders["text"]
    parts = [encoder.parts(line) for line in lines]
    sources = [{"text": part} for own in parts for part in own]
    numbers = [
        (number + index) * PARTS + place for index, own in enumerate(parts) for place in range(len(own))
    ]
    # A translation begins but once, however many parts it has.
    prefixes = [options.prefix if place == 0 else "" for own in parts for place in range(len(own))]
    outputs = iter(generate(models, sources, options, numbers, prefixes))
    return [_joined(models[0].decoder, [next(outputs) for _ in own]) for own in parts]


def _joined(decoder: Any, outputs: Sequence[Sequence[Output]]) -> list[Translation]:
    """The i-th best of a line: the i-th best of each of its parts, or its best where there are fewer."""
    if len(outputs) == 1:
        return [Translation(str(output.value), output.score, output.log_prob) for output in outputs[0]]
    translations = []
    for rank in range(max(map(len, outputs), default=0)):
        chosen = [own[rank] if rank < len(own) else own[0] for own in outputs]
        text = decoder.join([output.value for output in chosen])
        score = sum(output.score for output in chosen) / len(chosen)
        translations.append(Translation(text, score, sum(output.log_prob for output in chosen)))
    return translations


def _chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    characters = 0
    for line in lines:
        chunk.append(line)
        characters += len(line)
        if len(chunk) == CHUNK or characters >= CHUNK_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk
