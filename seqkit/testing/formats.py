"""Checks of a format's reader; `formats_written` has those of its writers."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

from seqkit.errors import SeqkitError
from seqkit.examples import Pair, RawText, Sentence
from seqkit.testing import formats_written  # noqa: F401 (its checks follow)
from seqkit.testing.check import Skipped, Subject, check, expect
from seqkit.testing.files import (
    content_of,
    example_bytes,
    expect_only_errors_for_users,
    folder,
    read,
    read_path,
    suffix,
)

YIELDS = {"sentences": Sentence, "text": RawText, "pairs": Pair}


@check("formats", quick=True)
def format_does_something(subject: Subject) -> None:
    """There is a reader, a writer, or a way to join outputs."""
    spec = subject.spec
    expect(spec.reader or spec.writer or spec.translations or spec.join, "neither reader nor writer")


@check("formats", quick=True)
def suffixes_belong_to_readers(subject: Subject) -> None:
    """A format with a reader has a suffix."""
    if subject.spec.reader is None:
        raise Skipped("the format has no reader")
    expect(subject.spec.suffixes, "no suffix: the reader is never chosen")


@check("formats")
def example_is_read(subject: Subject) -> None:
    """The reader yields an example from the example file."""
    expect(read(subject, example_bytes(subject)), "the reader yields nothing of the example")


@check("formats")
def reader_yields_what_it_says(subject: Subject) -> None:
    """Examples have the class that `yields` names."""
    wanted = YIELDS[subject.spec.yields]
    others = {
        type(one).__name__ for one in read(subject, example_bytes(subject)) if not isinstance(one, wanted)
    }
    others -= {"RawText"} if wanted is Sentence else set()
    expect(not others, f"the record says {subject.spec.yields}, the reader yields {', '.join(others)}")


@check("formats")
def every_word_has_its_labels(subject: Subject) -> None:
    """Each kind of label has one value a word, a string."""
    sentences = [one for one in read(subject, example_bytes(subject)) if isinstance(one, Sentence)]
    if not sentences:
        raise Skipped("the format holds no sentences")
    for sentence in sentences:
        for kind, labels in sentence.labels.items():
            expect(
                len(labels) == len(sentence.words),
                f"{len(labels)} {kind} labels of {len(sentence.words)} words",
            )
            expect(all(isinstance(label, str) for label in labels), f"{kind}: a label is no string")


@check("formats")
def examples_know_their_place(subject: Subject) -> None:
    """Every example has a location, so that errors can name the line."""
    places = [one.where for one in read(subject, example_bytes(subject))]
    expect(all(place is not None for place in places), "`where` is None")
    expect(all(place.line >= 1 for place in places), "lines count from 1")


@check("formats")
def reading_repeats(subject: Subject) -> None:
    """Two readings are equal."""
    content = example_bytes(subject)
    first, second = ([content_of(one) for one in read(subject, content)] for _ in range(2))
    expect(first == second, "a second reading differs")


@check("formats")
def packed_files_are_read(subject: Subject) -> None:
    """A file that is compressed by gzip reads as the file itself."""
    content = example_bytes(subject)
    plain = read(subject, content)
    try:
        packed = read(subject, gzip.compress(content, mtime=0), packed=".gz")
    except SeqkitError:
        if subject.spec.packs:
            raise
        raise Skipped("the format packs its content itself (`packs` is False)") from None
    same = [content_of(one) for one in plain] == [content_of(one) for one in packed]
    expect(same, "reads otherwise when compressed: open files with seqkit.io.text_files")


@check("formats")
def files_are_closed(subject: Subject) -> None:
    """Reading leaves no file open."""
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        raise Skipped("this system does not list open files")
    content = example_bytes(subject)
    read(subject, content)
    before = len(os.listdir(descriptors))
    read(subject, content)
    expect(len(os.listdir(descriptors)) <= before, "a file stays open")


@check("formats")
def empty_files_are_no_fault_of_python(subject: Subject) -> None:
    """An empty file yields nothing, or is an error with a fix."""
    expect_only_errors_for_users(subject, b"", "an empty file")


@check("formats")
def cut_files_are_no_fault_of_python(subject: Subject) -> None:
    """A truncated file gives its complete records, or an error with a fix."""
    content = example_bytes(subject)
    for end in {1, len(content) // 3, len(content) // 2, max(len(content) - 1, 0)}:
        expect_only_errors_for_users(subject, content[:end], f"the first {end} bytes")


@check("formats")
def other_bytes_are_no_fault_of_python(subject: Subject) -> None:
    """Bytes that are not UTF-8 are reported with a fix."""
    content = example_bytes(subject)
    middle = len(content) // 2
    expect_only_errors_for_users(subject, content[:middle] + b"\xff\xfe\x00" + content[middle:], "bad bytes")
    expect_only_errors_for_users(subject, bytes(range(256)) * 4, "arbitrary bytes")


@check("formats")
def missing_files_are_reported(subject: Subject) -> None:
    """A missing file is an error with a fix."""
    if subject.spec.reader is None:
        raise Skipped("the format has no reader")
    with folder() as place:
        try:
            read_path(subject, place / f"none{suffix(subject.spec)}")
        except (SeqkitError, OSError):
            return
    expect(False, "a file that does not exist reads as if it were empty")


@check("formats")
def last_line_needs_no_end(subject: Subject) -> None:
    """A text file without a final line end gives the same examples."""
    content = example_bytes(subject)
    if not content.endswith(b"\n") or b"\0" in content:
        raise Skipped("the file does not end in a line end")
    whole, cut = (read(subject, one, skip=True) for one in (content, content.rstrip(b"\n")))
    same = [content_of(one) for one in whole] == [content_of(one) for one in cut]
    expect(same or subject.spec.yields == "text", "the last record is lost, or reads otherwise")
