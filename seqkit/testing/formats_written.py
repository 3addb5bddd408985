"""Checks of a format's writers: of sentences, and of translations."""

from __future__ import annotations

import io
from dataclasses import replace

from seqkit.errors import SeqkitError
from seqkit.examples import Sentence, Translation
from seqkit.extend.manager import load
from seqkit.testing.check import Skipped, Subject, check, expect
from seqkit.testing.files import AWKWARD, PLAIN, content_of, read, written


@check("formats")
def writer_writes_bytes(subject: Subject) -> None:
    """The writer writes sentences into a binary file, and leaves it open."""
    expect(_written(subject, PLAIN), "nothing is written")


@check("formats")
def writing_repeats(subject: Subject) -> None:
    """Equal sentences give equal bytes."""
    expect(_written(subject, PLAIN) == _written(subject, PLAIN), "the bytes differ the second time")


@check("formats")
def nothing_can_be_written(subject: Subject) -> None:
    """A writer that gets no sentence closes without an error."""
    _written(subject, [])


@check("formats")
def sentences_without_labels_are_written(subject: Subject) -> None:
    """Words alone are written."""
    _written(subject, [Sentence(["Dogs", "sleep"])])


@check("formats")
def words_survive_a_round_trip(subject: Subject) -> None:
    """Sentences that are written and read have the same words."""
    found = [one.words for one in _again(subject, PLAIN)]
    expect(found == [one.words for one in PLAIN], f"words become {found}")


@check("formats")
def labels_survive_a_round_trip(subject: Subject) -> None:
    """Every kind of label that is read again has the values that were written."""
    for found, given in zip(_again(subject, PLAIN), PLAIN, strict=True):
        for kind in found.labels.keys() & given.labels.keys():
            expect(found.labels[kind] == given.labels[kind], f"{kind} becomes {found.labels[kind]}")


@check("formats")
def a_second_round_trip_changes_nothing(subject: Subject) -> None:
    """A second round trip gives the same examples."""
    once = _again(subject, PLAIN)
    twice = _again(subject, [replace(one, lines=None, where=None) for one in once])
    expect(
        [content_of(one) for one in twice] == [content_of(one) for one in once], "it differs the second time"
    )


@check("formats")
def awkward_words_survive_or_are_refused(subject: Subject) -> None:
    """Words of other scripts, or with characters that formats use, are kept or refused with a fix."""
    for word in AWKWARD:
        given = Sentence(["a", word, "b"], {"upos": ["X", "X", "X"]})
        try:
            found = _again(subject, [given])
        except SeqkitError:
            continue
        expect(
            [one.words for one in found] == [given.words],
            f"{word[:20]!r} becomes {[one.words for one in found]}",
        )


@check("formats")
def probabilities_are_written(subject: Subject) -> None:
    """A writer that shows probabilities accepts sentences with them."""
    if "probabilities" not in subject.spec.shows:
        raise Skipped("the format shows no probabilities")
    ranked = {"upos": [[("NOUN", 0.75), ("VERB", 0.25)], [("VERB", 0.5), ("NOUN", 0.5)]]}
    expect(
        b"75" in _written(subject, [replace(PLAIN[1], ranked=ranked)]), "a probability of 0.75 is not written"
    )


@check("formats")
def translations_are_written(subject: Subject) -> None:
    """The writer of translations writes the best of each line."""
    expect(b"Hallo" in _translated(subject, [_line("Hallo", "Hi")], 1), "a translation is not written")


@check("formats")
def several_translations_are_written(subject: Subject) -> None:
    """With `n_best` of 2 both translations are written."""
    found = _translated(subject, [_line("Hallo", "Servus")], 2)
    expect(b"Hallo" in found and b"Servus" in found, "the second translation is not written")


@check("formats")
def lines_without_translation_are_written(subject: Subject) -> None:
    """An empty line of the source has no translation, and is no error."""
    _translated(subject, [[], _line("Hallo")], 1)


@check("formats")
def translations_repeat(subject: Subject) -> None:
    """Equal translations give equal bytes."""
    lines = [_line("Hallo"), _line("Welt")]
    expect(
        _translated(subject, lines, 1) == _translated(subject, lines, 1), "the bytes differ the second time"
    )


def _written(subject: Subject, sentences: list[Sentence]) -> bytes:
    if subject.spec.writer is None:
        raise Skipped("the format has no writer of sentences")
    return written(subject.spec, sentences)


def _again(subject: Subject, sentences: list[Sentence]) -> list[Sentence]:
    """Sentences that are written and read. Raises Skipped unless the format does both."""
    if subject.spec.reader is None or subject.spec.yields != "sentences":
        raise Skipped("the format has no reader of sentences")
    return read(subject, _written(subject, sentences))


def _line(*texts: str) -> list[Translation]:
    return [Translation(text, -0.5 * place, -1.0 * place) for place, text in enumerate(texts, start=1)]


def _translated(subject: Subject, lines: list[list[Translation]], count: int) -> bytes:
    """The bytes that the writer of translations writes for these lines."""
    if subject.spec.translations is None:
        raise Skipped("the format has no writer of translations")
    file = io.BytesIO()
    writer = load(subject.spec.translations)(file, count)
    for number, translations in enumerate(lines, start=1):
        writer.write(number, f"line {number}", translations)
    writer.close()
    expect(not file.closed, "the writer closes the file, which belongs to the caller")
    return file.getvalue()
