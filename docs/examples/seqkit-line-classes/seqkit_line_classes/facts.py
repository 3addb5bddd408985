"""What the training data determine, and small data for `seqkit plugins check`. Imports no torch."""

from dataclasses import dataclass

from seqkit.models.json_facts import JsonFacts
from seqkit.tasks import TaskExample


@dataclass
class Facts(JsonFacts):
    """The characters and classes of the training split."""

    characters: list[str]
    classes: list[str]

    @classmethod
    def gather(cls, examples):
        """Collect them from (text, class) pairs."""
        return cls(sorted({c for text, _ in examples for c in text}), sorted({y for _, y in examples}))


def example(folder):
    """Data and options for `seqkit plugins check`."""
    path = folder / "lines.txt"
    path.write_text("en\tthe dog\nde\tder Hund bellt\nen\tyes\nde\tja, das ist wahr\n", encoding="utf-8")
    small = {"hidden": 6, "embedding_size": 5, "epochs": 2, "batch_words": 40, "average": 0.0}
    files = {"train": (str(path),), "dev": (str(path),)}
    return TaskExample("line-classes", {**files, **small}, evaluate=str(path), apply=(str(path),))
