"""A few lines of text for the conformance suite."""

from __future__ import annotations

from pathlib import Path

from seqkit.io.atomic import write_text
from seqkit.tasks import TaskExample

LINES = ("the dog barks", "a cat sleeps in the garden", "the cat sees the dog", "dogs bark", "the dog sleeps")
SMALL = {
    **{"unit": "characters", "hidden": 8, "embedding_size": 6, "dropout": 0.0},
    **{"epochs": 2, "batch_words": 60, "average": 0.0, "bptt_window": 16},
}


def example(folder: Path) -> TaskExample:
    """A training on the characters of five lines."""
    text, prompts = folder / "few.txt", folder / "prompts.txt"
    write_text(text, "".join(f"{line}\n" for line in LINES))
    write_text(prompts, "the dog\n\na cat\n")
    options = {"train": (str(text),), "dev": (str(text),), **SMALL}
    return TaskExample("lm", options, evaluate=str(text), apply=(str(prompts),))
