"""A plain CRF as a baseline of seqkit's taggers: python-crfsuite on the same treebank, with its usual features.

    python benchmarks/crf_baseline.py TRAIN.conllu DEV_OR_TEST.conllu [--first 1000]

Features: the word, affixes of up to 4 characters, its shape, and the words around it up to 2 away. L-BFGS with
c1 = c2 = 0.1. Prints UPOS accuracy on all, known and unknown words.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from seqkit.evaluation.tagging import score_tagging
from seqkit.examples import RecordErrors, Sentence
from seqkit.formats.conllu.treebank import read


def features(words: list[str], t: int) -> list[str]:
    """The features of word t."""
    word = words[t]
    found = ["bias", f"w={word}", f"l={word.lower()}", f"shape={shape(word)}"]
    for size in range(1, 5):
        if len(word) > size:
            found += [f"p{size}={word[:size]}", f"s{size}={word[-size:]}"]
    for offset in (-2, -1, 1, 2):
        inside = 0 <= t + offset < len(words)
        found.append(f"{offset}={words[t + offset].lower() if inside else '</s>'}")
    return found


def shape(word: str) -> str:
    """The shape of a word: letters as x and X, digits as d, runs shortened to two."""
    kinds = ["X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else c for c in word]
    return "".join(kind for i, kind in enumerate(kinds) if kinds[max(0, i - 2) : i] != [kind, kind])


def main() -> None:
    """Train, tag, score."""
    import pycrfsuite  # pip install python-crfsuite

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("--first", type=int, help="train only on the first N sentences")
    arguments = parser.parse_args()
    train, test = (list(read(path, RecordErrors())) for path in (arguments.train, arguments.test))
    train = train[: arguments.first]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "crf"
        fit(pycrfsuite.Trainer(verbose=False), train, model)
        tagger = pycrfsuite.Tagger()
        tagger.open(str(model))
        trained = time.monotonic() - started
        size = model.stat().st_size / 1e6
    predicted = [{"upos": tagger.tag([features(s.words, t) for t in range(len(s.words))])} for s in test]
    known = frozenset(word for sentence in train for word in sentence.words)
    score = score_tagging(test, predicted, ["upos"], known, {}).kinds["upos"]
    print(f"train {len(train)} sentences, {trained:.0f} s, {size:.1f} MB")
    for group in ("overall", "known", "unknown"):
        print(f"{group:8} {100 * (getattr(score, group).value or 0):.2f}")


def fit(trainer: object, train: list[Sentence], model: Path) -> None:
    """L-BFGS with both penalties at 0.1."""
    for sentence in train:
        words = sentence.words
        trainer.append([features(words, t) for t in range(len(words))], sentence.labels["upos"])  # type: ignore[attr-defined]
    trainer.select("lbfgs")  # type: ignore[attr-defined]
    trainer.set_params({"c1": 0.1, "c2": 0.1, "feature.possible_transitions": True, "max_iterations": 200})  # type: ignore[attr-defined]
    trainer.train(str(model))  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
