"""A few pairs of lines, for the conformance suite."""

from __future__ import annotations

from pathlib import Path

from seqkit.io.atomic import write_text
from seqkit.tasks.example import TaskExample

PAIRS = (
    ("der Hund schläft", "the dog sleeps"),
    ("die Katze schläft im Garten", "the cat sleeps in the garden"),
    ("der Hund sieht die Katze", "the dog sees the cat"),
    ("die Katze sieht den Hund im Garten", "the cat sees the dog in the garden"),
    ("ja", "yes"),
)
SMALL = {
    **{"hidden": 8, "embedding_size": 6, "vocab_size": 50, "dropout": 0.0, "sampling": 0.0},
    **{"epochs": 2, "batch_words": 60, "average": 0.0},
}


def example(folder: Path) -> TaskExample:
    """Five pairs of German and English lines."""
    pairs, lines = folder / "few.tsv", folder / "few.txt"
    write_text(pairs, "".join(f"{source}\t{target}\n" for source, target in PAIRS))
    write_text(lines, "".join(f"{source}\n" for source, _ in PAIRS))
    options = {"train": (str(pairs),), "dev": (str(pairs),), "source": "de", "target": "en", **SMALL}
    return TaskExample("seq2seq", options, evaluate=str(pairs), apply=(str(lines),))
