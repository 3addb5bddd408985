"""Interpret the arguments of a command: text, files, or standard input."""

from __future__ import annotations

import os
import re
import shlex
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from seqkit.errors import SeqkitError
from seqkit.examples import RawText, RecordErrors, Sentence, SourceLocation
from seqkit.io.atomic import readable
from seqkit.io.pipes import stdin_may_pause
from seqkit.io.zip_files import on_disk

if TYPE_CHECKING:
    from seqkit.formats.fields import FieldChoice
    from seqkit.text.segmenters import Segmenter

LOOKS_LIKE_CONLLU = re.compile(r"(# \w+( id)? =|1\t\S)")


def listed(text: str) -> list[str]:
    """The names in an option like `upos, xpos`."""
    return [name.strip() for name in text.split(",") if name.strip()]


@dataclass(frozen=True)
class Inputs:
    """The arguments, and the switches that say how to interpret them."""

    arguments: tuple[str, ...]
    all_text: bool = False
    all_files: bool = False
    format: str = ""
    pretokenized: bool = False
    verb: str = "tag"
    """The command, for messages."""
    fields: FieldChoice | None = None
    """The field of records that is the text; None if files do not hold records."""

    def check(self) -> None:
        """Raise SeqkitError for errors that can be detected before any work is done."""
        if self.all_text and self.all_files:
            raise SeqkitError("--text and --file contradict each other", "Leave one out.", exit_code=2)
        if not self.arguments and sys.stdin.isatty():
            raise SeqkitError("nothing to read", "Give text, a file, or - for standard input.", exit_code=2)
        if self.pretokenized and self.format:
            raise SeqkitError("--pretokenized and --from exclude each other", "Leave one out.", exit_code=2)
        if self.fields and not any(map(self.is_file, self.arguments)):
            fix = "Name a .jsonl, .csv, .tsv or .parquet file."
            raise SeqkitError(f"--text-field {self.fields.text}: there is no file", fix, exit_code=2)
        if self.fields and self.pretokenized:
            problem = "--text-field and --pretokenized exclude each other"
            raise SeqkitError(problem, "Leave one out.", exit_code=2)
        if self.format and self.arguments and not any(map(self.is_file, self.arguments)):
            fix = "Leave it out, or add --file to read the file of that name."
            raise SeqkitError(f"--from {self.format}: every argument is text", fix, exit_code=2)
        if self.arguments.count("-") > 1:
            raise SeqkitError("- (standard input) is given twice", "Leave one out.", exit_code=2)
        for number, argument in enumerate(self.arguments, start=1):
            if not self.is_file(argument):
                check_utf8(f"argument {number}", argument)
            if not self.all_text and argument != "-":
                self._check_path(argument)

            if self.pretokenized and self.is_file(argument) and _has_columns(argument):
                raise SeqkitError(
                    f"{argument}: holds more than words", "Leave out --pretokenized.", exit_code=2
                )

    def _check_path(self, argument: str) -> None:
        """Raise SeqkitError for a missing file, a folder, and a URL."""
        if _is_folder(argument):
            fix = (
                f"Every file in it: seqkit batch {self.verb} {shlex.quote(argument)} -o OUT. As text: --text."
            )
            raise SeqkitError(f"{argument}: is a folder", fix, exit_code=2)
        if self.is_file(argument) and not _is_there(argument):
            fix = "Check the path, or add --text to read it as text."
            if "://" in argument:
                fix = "URLs are not fetched: download the file first, or add --text to read it as text."
            raise SeqkitError(f"{argument}: no such file", fix, exit_code=2)

    @property
    def reads_stdin(self) -> bool:
        """Whether standard input is among the inputs."""
        return not self.arguments or ("-" in self.arguments and not self.all_text)

    @property
    def may_pause(self) -> bool:
        """Whether an input may pause, as a pipe does: then the lines so far are processed during the pause."""
        return self.reads_stdin and stdin_may_pause()

    def size(self) -> int | None:
        """Bytes of all files on disk; None if a size is unknown."""
        files = [argument for argument in self.arguments or ("-",) if self.is_file(argument)]
        try:
            found = [os.fstat(sys.stdin.fileno()) if file == "-" else os.stat(file) for file in files]
        except (OSError, ValueError):  # a member of a zip file, or a stream that is not a file
            return None
        return sum(one.st_size for one in found) if all(stat.S_ISREG(one.st_mode) for one in found) else None

    def is_file(self, argument: str) -> bool:
        """Whether an argument is a file, by its form unless `--text` or `--file` says so; - is standard input."""
        if argument == "-" and not self.arguments:
            return True  # the default input
        if self.all_text or self.all_files:
            return self.all_files
        return argument == "-" or self.names_file(argument)

    def names_file(self, argument: str) -> bool:
        """Whether an argument has a known suffix or a path separator; with blanks in it, the file must exist, too."""
        from seqkit.data.files import names_file

        return names_file(argument) and (not has_blanks(argument) or _is_there(argument))


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


def check_utf8(name: str, text: str) -> None:
    """Raise SeqkitError for a command-line argument that is not UTF-8: Python decodes other bytes to surrogates."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise SeqkitError(f"{name}: is not UTF-8", "Check the terminal's encoding.", exit_code=2)


def has_blanks(argument: str) -> bool:
    """Whether an argument has white space in it, as text has and file names rarely have."""
    return any(map(str.isspace, argument))


def _is_folder(path: str) -> bool:
    try:
        return bool(path) and Path(path).is_dir()
    except (OSError, ValueError):
        return False


def _is_there(path: str) -> bool:
    """Whether a path exists, also inside a zip file; False for a text that is too long to be a path."""
    try:
        archive, member = on_disk(path)
        return Path(path).exists() or (bool(member) and archive.is_file())
    except (OSError, ValueError):
        return False


def is_file_there(argument: str) -> bool:
    """Whether an argument is the path of a file with any suffix; False for a text that is too long to be a path."""
    try:
        return Path(argument).is_file()
    except (OSError, ValueError):
        return False


def check_apart(written: Mapping[str, Path | None], files: Sequence[str]) -> None:
    """Raise SeqkitError if an output would replace an input, or another output.

    Args: written, option -> the file it names, if any; files, the inputs.
    """
    chosen = {option: path for option, path in written.items() if path is not None}
    for option, path in chosen.items():
        fix = f"Choose another {option}."
        if any(_same(path, Path(file)) for file in files):
            raise SeqkitError(f"{path}: is an input, too", fix, exit_code=2)
        if any(_same(path, other) for name, other in chosen.items() if name != option):
            raise SeqkitError(f"{path}: named twice", fix, exit_code=2)


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return os.path.abspath(path) == os.path.abspath(other)


def _has_columns(path: str) -> bool:
    from seqkit.data.files import format_of, names_known_suffix

    return names_known_suffix(path) and format_of(path).yields != "text"


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

    from itertools import chain

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
    if argument and _is_there(argument):
        print(f"'{argument}' is read as text; to read the file of that name, add --file", file=sys.stderr)
