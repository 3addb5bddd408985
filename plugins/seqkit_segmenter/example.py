"""A few sentences with their text for the conformance suite."""

from __future__ import annotations

from pathlib import Path

from seqkit.io.atomic import write_text
from seqkit.tasks import TaskExample

SENTENCES = (
    ("The dog", "barks", "."),
    ("Dogs", "sleep", "."),
    ("She", "sees a cat", "!"),
    ("It", "sleeps", "."),
)
SMALL = {
    **{"hidden": 8, "context": 6, "char_size": 6, "class_size": 4, "run_size": 5, "dropout": 0.0},
    **{"run_dropout": 0.0, "min_count": 1, "epochs": 2, "average": 0.0},
}


def example(folder: Path) -> TaskExample:
    """A training on four sentences of running text."""
    treebank, text = folder / "few.conllu", folder / "few.txt"
    write_text(treebank, "".join(block(parts) for parts in SENTENCES * 3))
    write_text(text, "The dog barks. Dogs sleep.\n\nShe sees a cat!\n")
    options = {"train": (str(treebank),), "dev": (str(treebank),), **SMALL}
    return TaskExample("segmenter", options, evaluate=str(treebank), apply=(str(text),))


def block(parts: tuple[str, ...]) -> str:
    """A sentence in CoNLL-U: words separated by spaces, and a final mark without a space before it."""
    words = [word for part in parts for word in part.split()]
    lines = [f"# text = {' '.join(words[:-1])}{words[-1]}"]
    for number, word in enumerate(words, start=1):
        spacing = "SpaceAfter=No" if number == len(words) - 1 else "_"
        lines.append("\t".join([str(number), word, *"_" * 4, str(number - 1), "dep", "_", spacing]))
    return "\n".join(lines) + "\n\n"
