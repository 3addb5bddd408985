"""Files, facts and an example. Imports no torch."""

from dataclasses import dataclass

from seqkit import SeqkitError
from seqkit.examples import SourceLocation
from seqkit.io.json_files import stored_record, write_json
from seqkit.io.text_files import NotText, chomp, read_lines
from seqkit.tasks import TaskExample


@dataclass
class Facts:
    """What the training data determine."""

    characters: list[str]
    classes: list[str]
    language: str = "xx"
    silver: str | None = None

    @classmethod
    def gather(cls, examples):
        """The characters and classes of (text, class) pairs."""
        return cls(sorted({c for text, _ in examples for c in text}), sorted({y for _, y in examples}))

    def save(self, folder):
        write_json(folder / "line-classes" / "facts.json", [self.characters, self.classes])

    @classmethod
    def load(cls, folder):
        with stored_record(folder / "line-classes" / "facts.json", "the task line-classes") as stored:
            characters, classes = stored
            return cls(characters, classes)


def read(paths, problems):
    """(text, class) of each line of files. Raises SeqkitError if there is none."""
    found = [pair for path in paths for pair in lines(path, problems)]
    if not found:
        raise SeqkitError(f"{', '.join(paths)}: no line to learn from", "Write lines: class TAB text.")
    return found


def lines(path, problems):
    """(text, class) of each line; bad ones go to `problems`."""
    for number, line in read_lines(path):
        where = SourceLocation(str(path), number)
        if isinstance(line, NotText):
            problems.bad(where, line.reason, line.fix)
            continue
        name, _, text = chomp(line).partition("\t")
        if name and text:
            yield text, name
        else:
            problems.bad(where, "not a class, a tab and a text", "Write: class TAB text.")


def example(folder):
    """Small data for `seqkit plugins check`."""
    path = folder / "lines.txt"
    path.write_text("en\tthe dog\nde\tder Hund bellt\nen\tyes\nde\tja, das ist wahr\n", encoding="utf-8")
    small = {"hidden": 6, "embedding_size": 5, "epochs": 2, "batch_words": 40, "average": 0.0}
    options = {"train": (str(path),), "dev": (str(path),), **small}
    return TaskExample("line-classes", options, evaluate=str(path))
