"""Evaluate the translation of lines of several sentences: `python benchmarks/lines.py de-en tatoeba-deu-eng de en`.

Joins pairs of dev whose sides are one sentence each to lines of 2 to 6 sentences (seeded). Prints the number of
sentences missing from the outputs (by the rule that splits lines), and chrF for whole lines, split lines, and
translation sentence by sentence.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from random import Random

from sacrebleu.metrics import CHRF

from seqkit.data.pairs import read_pairs
from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.report import markdown_row
from seqkit.examples import RecordErrors
from seqkit.tasks.seq2seq.apply import AS_THEY_ARE, LineHandling, translate_lines
from seqkit.tasks.seq2seq.loading import text_models
from seqkit.text.line_sentences import by_rule, line_sentences

SEED, MOST, SIZES = 1, 800, (2, 6)


def sentences(corpus: str, source: str, target: str) -> list[tuple[str, str]]:
    """Pairs of dev with one sentence on both sides, by the rule and by punctuation."""
    pairs = [
        (str(p.sources["text"]), str(p.target))
        for p in read_pairs(corpus, "dev", source, target, RecordErrors())
    ]
    rules = by_rule(source), by_rule(target)
    return [
        pair
        for pair in pairs
        if all(len(line_sentences(text, rule)) == 1 for text, rule in zip(pair, rules, strict=True))
        and all(text[-1] in ".!?" and not any(mark in text[:-1] for mark in ".!?") for text in pair)
    ]


def grouped(pairs: Sequence[tuple[str, str]], random: Random) -> Iterator[Sequence[tuple[str, str]]]:
    """Groups of 2 to 6 pairs."""
    start = 0
    while start < len(pairs):
        size = random.randint(*SIZES)
        yield pairs[start : start + size]
        start += size


def main() -> None:
    """Print a row for each kind of translation."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("model", "corpus", "source", "target"):
        parser.add_argument(name)
    given = parser.parse_args()
    random = Random(SEED)
    pairs = sentences(given.corpus, given.source, given.target)
    random.shuffle(pairs)
    groups = list(grouped(pairs[:MOST], random))
    lines = [" ".join(source for source, _ in group) for group in groups]
    references = [" ".join(target for _, target in group) for group in groups]
    rule = by_rule(given.target)

    def translated(texts: Sequence[str], handling: LineHandling) -> list[str]:
        found = translate_lines(text_models(given.model), texts, DecodingOptions(), handling)
        return [one[0].text for one in found]

    alone = iter(translated([source for group in groups for source, _ in group], AS_THEY_ARE))
    outputs = {
        "whole lines (--no-split)": translated(lines, AS_THEY_ARE),
        "split": translated(lines, LineHandling(model=given.model)),
        "sentence by sentence": [" ".join(next(alone) for _ in group) for group in groups],
    }
    print(markdown_row("way", "sentences", "missing", "chrF"))
    print(markdown_row(*["---"] * 4))
    for name, texts in outputs.items():
        missing = sum(
            max(0, len(group) - len(line_sentences(text, rule)))
            for group, text in zip(groups, texts, strict=True)
        )
        chrf = CHRF().corpus_score(texts, [references]).score
        print(markdown_row(name, str(sum(map(len, groups))), str(missing), f"{chrf:.2f}"))


if __name__ == "__main__":
    main()
