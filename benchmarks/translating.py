"""Shared functions of the translation benchmarks: arguments, outputs of models, and pairs as a TSV file."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from seqkit.decoding.options import DecodingOptions
from seqkit.io.atomic import atomic_write
from seqkit.models.artifact import load_for
from seqkit.tasks.seq2seq.apply import translate_lines


def model_parser(description: str | None) -> argparse.ArgumentParser:
    """A parser for models, and for the corpus and the sides that they are measured on."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="+")
    parser.add_argument("corpus")
    parser.add_argument("source")
    parser.add_argument("target")
    return parser


def translated(
    names: Sequence[str], sources: Sequence[str], options: DecodingOptions, inference_dtype: str
) -> list[str]:
    """The best translation of each source, by one model or an ensemble."""
    models = [load_for("seq2seq", name, inference_dtype) for name in names]
    found = translate_lines(models, sources, options)
    return [translations[0].text if translations else "" for translations in found]


def write_pairs(path: Path, sides: tuple[str, str], pairs: Iterable[tuple[str, str]]) -> None:
    """Write one pair per line after a header with the sides. A tab in a text becomes a blank."""
    rows = ("\t".join(text.replace("\t", " ") for text in pair) for pair in (sides, *pairs))
    with atomic_write(path) as file:
        file.write("".join(f"{row}\n" for row in rows).encode())
