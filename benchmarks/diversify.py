"""Augment training pairs by translations of models in both directions (Nguyen et al. 2020).

    python benchmarks/diversify.py multi30k en de --forward runs/en-de --back runs/de-en --out runs/diverse
    seqkit train seq2seq --train runs/diverse/train.tsv --dev runs/diverse/val.tsv --source en --target de --out …

Adds to each training pair its source with the outputs of the forward models, and its target with the outputs of the
backward models as sources, without duplicates. Uses only text of the corpus.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from translating import translated, write_pairs

from seqkit.data.pairs import read_pairs
from seqkit.decoding.options import DecodingOptions
from seqkit.examples import RecordErrors


def sides_of(corpus: str, split: str, source: str, target: str) -> list[tuple[str, str]]:
    """The pairs of a split."""
    pairs = read_pairs(corpus, split, source, target, RecordErrors())
    return [(str(pair.sources["text"]), str(pair.target)) for pair in pairs]


def main() -> None:
    """Translate the training split in both directions, and write the union and the unchanged dev split."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus")
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--forward", action="append", default=[], help="a model from source to target")
    parser.add_argument("--back", action="append", default=[], help="a model from target to source")
    parser.add_argument("--out", type=Path, required=True, help="folder for train.tsv and val.tsv")
    parser.add_argument("--train", default="train", help="training split")
    parser.add_argument("--dev", default="val", help="dev split")
    parser.add_argument("--inference-dtype", default="", help="number format of the computation")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    pairs = sides_of(given.corpus, given.train, given.source, given.target)
    sources, targets = [a for a, _ in pairs], [b for _, b in pairs]
    made, options = list(pairs), DecodingOptions()
    for name in given.forward:
        made += zip(sources, translated([name], sources, options, given.inference_dtype), strict=True)
    for name in given.back:
        made += zip(translated([name], targets, options, given.inference_dtype), targets, strict=True)
    distinct = [(a, b) for a, b in dict.fromkeys(made) if a and b]
    dev = sides_of(given.corpus, given.dev, given.source, given.target)
    for name, rows in (("train.tsv", distinct), ("val.tsv", dev)):
        write_pairs(given.out / name, (given.source, given.target), rows)
    print(f"{len(pairs):,} pairs became {len(distinct):,}; {len(dev):,} dev pairs")


if __name__ == "__main__":
    main()
