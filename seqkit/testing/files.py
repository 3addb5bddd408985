"""Small files for the checks of formats: sentences, readings and temporary folders."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, Sentence
from seqkit.extend.manager import load
from seqkit.extend.specs import FormatSpec
from seqkit.testing.check import Skipped, Subject, expect

PLAIN = [
    Sentence(
        ["The", "dog", "barks", "."],
        {
            "upos": ["DET", "NOUN", "VERB", "PUNCT"],
            "xpos": ["DT", "NN", "VBZ", "."],
            "feats": ["Definite=Def|PronType=Art", "Number=Sing", "Number=Sing|Person=3", "_"],
        },
    ),
    Sentence(
        ["Dogs", "sleep"], {"upos": ["NOUN", "VERB"], "xpos": ["NNS", "VBP"], "feats": ["Number=Plur", "_"]}
    ),
]
"""What is written and read again: words and labels that every format of sentences can hold."""
AWKWARD = [
    "漢字",
    "ไทย",
    "naïve",
    "e\u0301",
    "🤦🏽‍♀️",
    "_",
    "#",
    "\\",
    '"',
    "a/b",
    "1-2",
    "x" * 3000,
    "<b>",
    "&amp;",
    ",",
]
"""Words with which formats go wrong."""


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="seqkit-") as name:
        yield Path(name)


def suffix(spec: FormatSpec) -> str:
    """The suffix of a file of the format."""
    return spec.suffixes[0] if spec.suffixes else f".{spec.name}"


def example_bytes(subject: Subject) -> bytes:
    """The content of a small file of the format. Raises Skipped if the record neither names nor can write one."""
    spec: FormatSpec = subject.spec
    if spec.example is not None:
        content = load(spec.example)
        return content.encode() if isinstance(content, str) else bytes(content)
    if spec.yields == "text" and spec.reader:
        return b"The dog barks. It sleeps.\n\nA second paragraph.\n"
    if spec.yields != "sentences" or spec.writer is None:
        raise Skipped("the record names no example of a file, and has no writer that makes one")
    return written(spec, PLAIN)


def written(spec: FormatSpec, sentences: Sequence[Sentence]) -> bytes:
    """The bytes that the writer writes for sentences."""
    file = io.BytesIO()
    writer = load(spec.writer or "")(file)
    for sentence in sentences:
        writer.write(sentence)
    writer.close()
    expect(not file.closed, "the writer closes the file, which belongs to the caller")
    return file.getvalue()


def read(subject: Subject, content: bytes, skip: bool = False, packed: str = "") -> list[Any]:
    """The examples that the reader yields for a file with this content. Raises Skipped for a format without a reader.

    Args: skip, leave bad records out; packed, a further suffix, such as ".gz".
    """
    spec: FormatSpec = subject.spec
    if spec.reader is None:
        raise Skipped("the format has no reader")
    with folder() as place:
        path = place / f"file{suffix(spec)}{packed}"
        path.write_bytes(content)
        return read_path(subject, path, skip)


def read_path(subject: Subject, path: Path, skip: bool = False) -> list[Any]:
    """The examples that the reader yields for a file."""
    kinds = ((),) if subject.spec.takes_kinds else ()
    return list(load(subject.spec.reader)(str(path), RecordErrors(skip=skip), *kinds))


def expect_only_errors_for_users(subject: Subject, content: bytes, what: str) -> None:
    """Read a bad file. A reader may raise SeqkitError and OSError."""
    for skip in (False, True):
        try:
            read(subject, content, skip)
        except (SeqkitError, OSError, Skipped) as error:
            if isinstance(error, Skipped):
                raise
        except Exception as error:
            expect(
                False, f"{what}: {type(error).__name__}: {error}; report it by problems.bad or SeqkitError"
            )


def content_of(example: Any) -> Any:
    """What must be equal in two readings: words and labels, the text, or the sides."""
    if isinstance(example, Sentence):
        return example.words, example.labels
    if hasattr(example, "sources"):
        return example.sources, example.target
    return example.text
