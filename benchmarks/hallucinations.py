"""Hallucinations of a translator: `python benchmarks/hallucinations.py en-de --corpus tatoeba-deu-eng --side en`.

Counts outputs with one of three signs, which need no reference (Raunak et al. 2021; Lee et al. 2018):

- loop: three pieces in a row occur at least twice more often than any three of the source;
- length: the output has less than a third, or more than three times, the characters of the source (and 10);
- diffuse: the attention of a piece is spread as over half of the source or more: the mean of its entropy over the
  steps, exponentiated, is above half the number of source pieces (of at least 8).

Reads lines of a file (`--lines FILE`), or the sources of a split. `--allow-loops` measures the effect of loop blocking.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from seqkit.data.pairs import read_pairs
from seqkit.decoding.loops import most_repeated
from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.report import markdown_row
from seqkit.examples import RecordErrors
from seqkit.inference.generation import generate
from seqkit.models.artifact import load_for

MOST = 1000
"""Number of lines that are translated, evenly spaced."""
LONGEST = 100
"""Maximum words of a line: a longer one is read in parts."""
RATIO, FREE = 3.0, 10
"""Maximum ratio of the lengths, and number of characters that are not counted."""
FEWEST = 8
"""Minimum pieces of a source for the sign of diffuse attention."""


def signs(model: Any, source: str, output: str) -> set[str]:
    """The signs that an output has."""
    found = set()
    pieces = model.encoders["text"].pieces.ids([source])[0]
    if most_repeated(model.decoder.symbols(output)) > most_repeated(pieces) + 1:
        found.add("loop")
    if not len(source) / RATIO - FREE <= len(output) <= len(source) * RATIO + FREE:
        found.add("length")
    if len(pieces) >= FEWEST and spread(model, source, output) > len(pieces) / 2:
        found.add("diffuse")
    return found


@torch.inference_mode()
def spread(model: Any, source: str, output: str) -> float:
    """exp of the mean entropy of the attention, the effective number of source pieces; 0 without attention."""
    memory = model.read([{"text": source}])
    a_1TS = model.decoder.attention(memory, model.decoder.collate([output]))
    if a_1TS is None:
        return 0.0
    entropy_T = -(a_1TS[0] * a_1TS[0].clamp(min=1e-12).log()).sum(-1)
    return float(entropy_T.mean().exp())


def lines_of(given: argparse.Namespace) -> list[str]:
    """The lines to translate."""
    if given.lines:
        lines = given.lines.read_text(encoding="utf-8").splitlines()
    else:
        pairs = read_pairs(given.corpus, given.split, given.side, given.other, RecordErrors())
        lines = [str(pair.sources["text"]) for pair in pairs]
    kept = [line for line in lines if line.strip() and len(line.split()) <= LONGEST]
    return kept[:: max(1, len(kept) // MOST)][:MOST]


def row(name: str, lines: Sequence[str], options: DecodingOptions) -> str:
    """The rates of one model."""
    model = load_for("seq2seq", name)
    found = generate([model], [{"text": line} for line in lines], options)
    each = [signs(model, line, str(own[0].value)) for line, own in zip(lines, found, strict=True)]
    rates = [sum(sign in one for one in each) for sign in ("loop", "length", "diffuse")]
    shares = [f"{100 * count / len(lines):.1f}" for count in (*rates, sum(map(bool, each)))]
    return markdown_row(name, *shares, f"{len(lines):,}")


def main() -> None:
    """One row for each model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="+")
    parser.add_argument("--lines", type=Path, help="a file with a text in each line")
    parser.add_argument("--corpus", default="tatoeba-deu-eng")
    parser.add_argument("--split", default="dev")
    parser.add_argument("--side", default="en", help="side of the corpus that is translated")
    parser.add_argument("--other", default="de", help="the other side")
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--allow-loops", action="store_true")
    parser.add_argument("--coverage-penalty", type=float, default=0.0)
    given = parser.parse_args()
    options = DecodingOptions(
        beam=given.beam, block_loops=not given.allow_loops, coverage_penalty=given.coverage_penalty
    )
    print(markdown_row("model", "loop, %", "length, %", "diffuse attention, %", "any, %", "lines"))
    print(markdown_row(*["---"] * 6))
    for name in given.model:
        print(row(name, lines_of(given), options))


if __name__ == "__main__":
    main()
