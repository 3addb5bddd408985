"""Accuracy of splitting raw text into words and sentences by rules: `python benchmarks/splitting.py`.

F1 against the treebanks' boundaries, by the metrics of the CoNLL 2018 shared task. The text is that of the treebank,
with sentences joined by its white space. Nothing is random; the test splits are not read.
"""

from __future__ import annotations

from seqkit.data.catalogue import find_corpus, read_sentences
from seqkit.evaluation.raw import score_raw
from seqkit.evaluation.run import raw_text
from seqkit.examples import RecordErrors
from seqkit.text.words import sentences_from

CORPORA = ("ud-english-ewt", "ud-french-sequoia")
METRICS = ("Tokens", "Words", "Sentences")


def main() -> None:
    """Print one row for each corpus and split."""
    print(f"{'corpus':<19}{'split':<7}{''.join(f'{metric:>11}' for metric in METRICS)}")
    for name in CORPORA:
        for split in ("train", "dev"):
            gold = list(read_sentences(name, split, RecordErrors()))
            system = list(sentences_from(raw_text(gold), find_corpus(name).language))
            scores = score_raw(gold, system).metrics
            print(f"{name:<19}{split:<7}{''.join(f'{100 * scores[metric].f1:>11.2f}' for metric in METRICS)}")


if __name__ == "__main__":
    main()
