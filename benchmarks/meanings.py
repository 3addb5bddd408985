"""Robustness of meaning: sentences with several translations, all absent from training.

    python benchmarks/meanings.py prepare tatoeba-deu-eng de en --out runs/meanings
    cd runs/meanings && seqkit train seq2seq --train train.tsv --dev dev.tsv --source de --target en --out ../nll
    python benchmarks/meanings.py score runs/nll runs/mrt --held runs/meanings/held.jsonl

`prepare` holds out source sentences with at least three different targets in the corpus, and removes every pair with
one of them, and every pair with one of their targets, from the training data. `score` counts how often the output is
one of the targets, and how often it stays the same, and stays right, if the source is altered: without its final stop,
in lower case, or with one word replaced as in another source sentence of the corpus that has the same target.
`--examples N` prints the first N sentences, in the order of the file, for which the first model's output is wrong by
the rule below and the second's is one of the targets.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from sacrebleu.metrics import CHRF
from translating import translated, write_pairs

from seqkit.data.pairs import read_pairs
from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.report import markdown_row
from seqkit.examples import RecordErrors
from seqkit.io.atomic import atomic_write

TARGETS = 3
"""Fewest different targets of a sentence that is held out."""
COUNT, SEED = 1000, 1
WORDS = 4
"""Fewest words of such a sentence."""
WRONG = 40.0
"""An output whose best chrF2 against the targets is lower is wrong."""
SPLITS = ("train", "dev", "test")


class Held(NamedTuple):
    """A sentence with its targets and its altered forms."""

    source: str
    targets: list[str]
    altered: dict[str, str]
    """Kind of alteration -> sentence."""


def prepare(given: argparse.Namespace) -> None:
    """Write held.jsonl, train.tsv and dev.tsv."""
    pairs = {split: pairs_of(given.corpus, split, given.source, given.target) for split in SPLITS}
    targets, sources = defaultdict(set), defaultdict(set)
    for source, target in (pair for own in pairs.values() for pair in own):
        targets[source].add(target)
        sources[target].add(source)
    candidates = sorted(
        source for source, own in targets.items() if len(own) >= TARGETS and len(source.split()) >= WORDS
    )
    chosen = Random(SEED).sample(candidates, min(COUNT, len(candidates)))
    held = [Held(source, sorted(targets[source]), altered(source, targets, sources)) for source in chosen]
    outside = {form for one in held for form in (one.source, *one.altered.values())}
    answers = {target for one in held for target in one.targets}
    given.out.mkdir(parents=True, exist_ok=True)
    for split in ("train", "dev"):
        kept = [pair for pair in pairs[split] if pair[0] not in outside and pair[1] not in answers]
        write_pairs(given.out / f"{split}.tsv", (given.source, given.target), kept)
        print(f"{split}: {len(kept):,} of {len(pairs[split]):,} pairs")
    with atomic_write(given.out / "held.jsonl") as file:
        file.write("".join(json.dumps(one._asdict(), ensure_ascii=False) + "\n" for one in held).encode())
    kinds = {kind: sum(kind in one.altered for one in held) for kind in ("stop", "case", "synonym")}
    print(f"held out: {len(held):,} sentences; {kinds}")


def pairs_of(corpus: str, split: str, source: str, target: str) -> list[tuple[str, str]]:
    """The pairs of a split."""
    read = read_pairs(corpus, split, source, target, RecordErrors())
    return [(str(pair.sources["text"]), str(pair.target)) for pair in read]


def altered(source: str, targets: Mapping[str, set[str]], sources: Mapping[str, set[str]]) -> dict[str, str]:
    """The altered forms of a sentence that exist."""
    forms = {"stop": source.rstrip(".!"), "case": source.lower()}
    words = source.split()
    others = sorted({other for target in targets[source] for other in sources[target]} - {source})
    for other in others:
        if len(targets[other] & targets[source]) > 0 and differs_by_one(words, other.split()):
            forms["synonym"] = other
            break
    return {kind: form for kind, form in forms.items() if form != source}


def differs_by_one(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether two sentences differ in one word that is not the last: the last carries the stop."""
    return (
        len(a) == len(b) and [x == y for x, y in zip(a, b, strict=True)].count(False) == 1 and a[-1] == b[-1]
    )


def score(given: argparse.Namespace) -> None:
    """Print a row for each model, then the examples."""
    with open(given.held, encoding="utf-8") as file:
        held = [Held(**json.loads(line)) for line in file]
    kinds = sorted({kind for one in held for kind in one.altered})
    header = [f"{kind}: same, %" for kind in kinds] + [f"{kind}: right, % (before)" for kind in kinds]
    print(markdown_row("model", "one of the targets, %", *header))
    print(markdown_row(*["---"] * (2 + len(header))))
    outputs = {
        name: translate(name, [one.source for one in held], given.inference_dtype) for name in given.model
    }
    for name, found in outputs.items():
        right = [output in one.targets for output, one in zip(found, held, strict=True)]
        same, kept = [], []
        for kind in kinds:
            places = [place for place, one in enumerate(held) if kind in one.altered]
            other = translate(name, [held[place].altered[kind] for place in places], given.inference_dtype)
            pairs = list(zip(places, other, strict=True))
            same.append(share(found[place] == output for place, output in pairs))
            after = share(output in held[place].targets for place, output in pairs)
            kept.append(f"{after} ({share(right[place] for place in places)})")
        print(markdown_row(name, share(right), *same, *kept), flush=True)
    if given.examples:
        first, second = list(outputs.values())[:2]
        examples(held, first, second, given.examples)


def translate(name: str, lines: Sequence[str], dtype: str) -> list[str]:
    """The translations by beam search."""
    return translated([name], lines, DecodingOptions(), dtype)


def share(flags: Iterable[bool]) -> str:
    """A share in percent."""
    own = list(flags)
    return f"{100 * sum(own) / max(len(own), 1):.1f}"


def examples(held: Sequence[Held], first: Sequence[str], second: Sequence[str], count: int) -> None:
    """Sentences that the first model gets wrong and the second right."""
    chrf = CHRF()
    print("\n" + markdown_row("source", "first model", "second model"), markdown_row(*["---"] * 3), sep="\n")
    for one, a, b in zip(held, first, second, strict=True):
        if b in one.targets and chrf.sentence_score(a, one.targets).score < WRONG and count > 0:
            print(markdown_row(one.source, a, b))
            count -= 1


def main() -> None:
    """Prepare the data, or score models."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    own = commands.add_parser("prepare")
    for name in ("corpus", "source", "target"):
        own.add_argument(name)
    own.add_argument("--out", type=Path, required=True)
    own.set_defaults(run=prepare)
    own = commands.add_parser("score")
    own.add_argument("model", nargs="+")
    own.add_argument("--held", type=Path, required=True)
    own.add_argument("--examples", type=int, default=0)
    own.add_argument("--inference-dtype", default="")
    own.set_defaults(run=score)
    given = parser.parse_args()
    given.run(given)


if __name__ == "__main__":
    main()
