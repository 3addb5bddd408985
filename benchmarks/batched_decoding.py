"""Translate lines in batches and one by one: `python benchmarks/batched_decoding.py de-en lines.de.gz`.

Uses the first 1,000 lines; prints both rates and the number of translations that differ. Loading the model is not
included.
"""

from __future__ import annotations

import argparse
import time
from itertools import islice

import torch

from seqkit.decoding.options import DecodingOptions
from seqkit.examples import RecordErrors
from seqkit.formats.source_lines import read_sources
from seqkit.models.artifact import load_for
from seqkit.tasks.seq2seq.apply import translate_lines


def main() -> None:
    """Translate in batches and one by one, and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("lines", help="a file of text, .gz or not")
    parser.add_argument("--first", type=int, default=1000)
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--inference-dtype", default="float32")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    models = [load_for("seq2seq", given.model, given.inference_dtype)]
    lines = [line.text for line in islice(read_sources(given.lines, RecordErrors()), given.first)]
    options = DecodingOptions(beam=given.beam)

    def best(some: list[str]) -> list[str]:
        return [found[0].text if found else "" for found in translate_lines(models, some, options)]

    best(lines[:10])
    started = time.perf_counter()
    together = best(lines)
    between = time.perf_counter()
    alone = [best([line])[0] for line in lines]
    ended = time.perf_counter()
    differ = sum(a != b for a, b in zip(together, alone, strict=True))
    print(
        f"{given.inference_dtype}, beam {given.beam}: {len(lines) / (between - started):,.0f} lines/s in batches, "
        f"{len(lines) / (ended - between):,.0f} one by one; {differ} of {len(lines)} translations differ"
    )


if __name__ == "__main__":
    main()
