"""Read the inputs of a command as sentences."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, cast

from seqkit.examples import RawText, RecordErrors, Sentence, SourceLocation
from seqkit.io.atomic import readable
from seqkit.terminal.argument_paths import is_there
from seqkit.terminal.inputs import Inputs

if TYPE_CHECKING:
    from seqkit.text.segmenters import Segmenter

LOOKS_LIKE_CONLLU = re.compile(r"(# \w+( id)? =|1\t\S)")


def read_inputs(
    inputs: Inputs, segmenter: Callable[[], Segmenter], problems: RecordErrors
) -> Iterator[Sentence]:
    """The sentences of every argument, in order; raw text is split into words and sentences.

    Args: segmenter, called when the first raw text is met.
    """
    several, names = len(inputs.arguments) > 1, set[str]()
    for number, argument in enumerate(inputs.arguments or ("-",), start=1):
        if not inputs.is_file(argument):
            if not inputs.all_text:
                _warn_of_namesake(argument)
            sentences = _from_text(argument, f"argument {number}", inputs.pretokenized, segmenter)
        else:
            split = _sentences_of_records if inputs.fields else _sentences
            sentences = split(_read(argument, inputs, problems), segmenter)
        if several:
            sentences = _named(
                sentences, argument if inputs.is_file(argument) else f"argument {number}", names
            )
        yield from sentences


def _named(sentences: Iterator[Sentence], name: str, taken: set[str]) -> Iterator[Sentence]:
    """Begin a new document with the first words of an input, so that it does not continue the previous one.

    Args: taken, the names of the documents so far: the second of two inputs of one name gets a number.
    """
    named = False
    for sentence in sentences:
        if not named and sentence.words and sentence.lines is None:
            sentence.document = _apart(
                readable(name) if sentence.document is None else sentence.document, taken
            )
        named = named or bool(sentence.words)
        yield sentence


def _apart(name: str, taken: set[str]) -> str:
    """The name, with a number appended if it is taken."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found


def _from_text(
    text: str, name: str, pretokenized: bool, segmenter: Callable[[], Segmenter]
) -> Iterator[Sentence]:
    if pretokenized:
        from seqkit.formats.plain import words_of

        for line in text.removesuffix("\n").split("\n"):
            yield Sentence(words_of(line), where=SourceLocation(name, 1))
    else:
        yield from _sentences([RawText(text, SourceLocation(name, 1))], segmenter)


def _read(path: str, inputs: Inputs, problems: RecordErrors) -> Iterator[Sentence | RawText]:
    from seqkit.data.files import names_known_suffix, read_file
    from seqkit.formats.plain import read_tokens

    if inputs.fields:
        from seqkit.formats.fields import read_texts

        return read_texts(path, inputs.fields, problems, inputs.format)
    if inputs.pretokenized:
        return iter(read_tokens(path, problems))
    return read_file(path, problems, inputs.format or ("" if names_known_suffix(path) else "txt"))


def _sentences_of_records(
    examples: Iterable[Sentence | RawText], segmenter: Callable[[], Segmenter]
) -> Iterator[Sentence]:
    """The sentences of texts that are fields of records; each has the other fields of its record."""
    split = segmenter()
    for text in cast(Iterable[RawText], examples):
        for sentence in split.sentences([text]):
            if text.fields:
                sentence.fields = text.fields
            yield sentence


def _sentences(
    examples: Iterable[Sentence | RawText], segmenter: Callable[[], Segmenter]
) -> Iterator[Sentence]:
    """Yield sentences unchanged; split raw text by the segmenter (the segmenter by rules imports spaCy)."""
    iterator = iter(examples)
    first = next(iterator, None)
    if first is None:
        return
    if isinstance(first, Sentence):
        yield first
        yield from cast(Iterator[Sentence], iterator)
        return

    if LOOKS_LIKE_CONLLU.match(first.text):
        print(
            f"{first.where.path} looks like CoNLL-U, but is read as text; add --from conllu to read its labels",
            file=sys.stderr,
        )
    split = segmenter()
    if split.note:
        print(split.note, file=sys.stderr)
    yield from split.sentences(chain([first], cast(Iterator[RawText], iterator)))


def _warn_of_namesake(argument: str) -> None:
    if argument and is_there(argument):
        print(f"'{argument}' is read as text; to read the file of that name, add --file", file=sys.stderr)
