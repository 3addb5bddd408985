"""UPOS from raw text by kind of segmentation error.

    python benchmarks/raw_errors.py en-tagger ud-english-ewt

For the words of each kind of gold sentence: their share, the accuracy of a tagger on gold words, the accuracy of the
same tagger on the words and sentences that its segmenter finds, and the points of the difference in the accuracy of all
words. A word that is not found counts as an error.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from seqkit.data.catalogue import read_sentences
from seqkit.evaluation.raw import Place, aligned_places
from seqkit.evaluation.run import predict, raw_text
from seqkit.examples import RecordErrors, Sentence
from seqkit.tasks.segmenting import load_segmenter, own_segmenter
from seqkit.tasks.tagging.loading import load_tagger

KIND = "upos"
WORD_LOST = "word not found"
ORDER = ("sentence right", "sentence divided", "sentences joined", "divided and joined", WORD_LOST)


class Outcome(NamedTuple):
    """A gold word."""

    kind: str
    right_of_gold_words: bool
    right_of_raw_text: bool


def main() -> None:
    """Print a row for each kind of error."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("corpus")
    parser.add_argument("--split", default="dev")
    chosen = parser.parse_args()
    gold = list(read_sentences(chosen.corpus, chosen.split, RecordErrors()))
    outcomes = list(outcomes_of(chosen.model, gold))
    print("| | words | share | on gold words | from raw text | points of all words |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for kind in (*ORDER, ""):
        print(row(kind, [one for one in outcomes if one.kind == kind or not kind], len(outcomes)))


def outcomes_of(name: str, gold: Sequence[Sentence]) -> Iterator[Outcome]:
    """The outcome of every gold word."""
    tagger = load_tagger(name)
    segmenter = load_segmenter(str(own_segmenter(name)))
    system = list(segmenter.sentences(raw_text(gold)))
    on_gold, on_raw = ([labels[KIND] for labels in predict(tagger, side)] for side in (gold, system))
    place_of = dict(aligned_places(gold, system))
    joined = sentences_joined(place_of)
    for number, sentence in enumerate(gold):
        found = {place_of[place][0] for n in range(len(sentence.words)) if (place := (number, n)) in place_of}
        divided, is_joined = len(found) > 1, bool(found & joined)
        for n, label in enumerate(sentence.labels[KIND]):
            aligned = place_of.get((number, n))
            from_raw = aligned is not None and on_raw[aligned[0]][aligned[1]] == label
            yield Outcome(kind_of(aligned, divided, is_joined), on_gold[number][n] == label, from_raw)


def sentences_joined(place_of: dict[Place, Place]) -> set[int]:
    """Numbers of the system's sentences with words of several gold sentences."""
    parts: dict[int, set[int]] = {}
    for (gold, _), (system, _) in place_of.items():
        parts.setdefault(system, set()).add(gold)
    return {system for system, golds in parts.items() if len(golds) > 1}


def kind_of(place: Place | None, divided: bool, joined: bool) -> str:
    """The kind of segmentation error at a gold word."""
    if place is None:
        return WORD_LOST
    return ORDER[divided + 2 * joined]


def row(kind: str, outcomes: Sequence[Outcome], words: int) -> str:
    """A row of the table."""
    counts = Counter(gold=0, raw=0)
    for one in outcomes:
        counts.update(gold=one.right_of_gold_words, raw=one.right_of_raw_text)
    size = max(1, len(outcomes))
    points = 100 * (counts["raw"] - counts["gold"]) / words
    shares = [f"{100 * counts[side] / size:.2f}" for side in ("gold", "raw")]
    share = f"{100 * len(outcomes) / words:.1f} %"
    return f"| {' | '.join([kind or 'all', f'{len(outcomes):,}', share, *shares, f'{points:+.2f}'])} |"


if __name__ == "__main__":
    main()
