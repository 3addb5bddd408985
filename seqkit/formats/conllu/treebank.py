"""A strict, fast reader of CoNLL-U, and a writer that keeps the blocks that were read.

Words are the lines whose ID is an integer. Ranges (`3-4`, a multiword token) and empty nodes (`5.1`) are kept in
`Sentence.lines`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import compress
from typing import BinaryIO

from seqkit.examples import Multiword, RecordErrors, Sentence, SourceLocation
from seqkit.formats.conllu import checks
from seqkit.formats.conllu.labels import add_labels, read_columns
from seqkit.formats.conllu.lines import SILVER, fresh, relabelled
from seqkit.formats.conllu.whitespace import space_after, space_before
from seqkit.formats.text_writer import TextWriter
from seqkit.io.block_reader import BlockReader
from seqkit.io.text_files import BadRecord, FilePath

ID, FORM, MISC = 0, 1, 9
NEWDOC = re.compile(r"#\s*newdoc(?:\s+id)?(?:\s*=\s*(.*))?")


def read(path: FilePath, problems: RecordErrors, kinds: Sequence[str] = ()) -> Iterator[Sentence]:
    """Yield the sentences of a file, with UPOS, XPOS, FEATS and white space, in constant memory.

    A malformed sentence goes to `problems` with file, line, reason and fix. Args: kinds, other kinds of label to read.
    """
    name = str(path)
    columns = read_columns()
    kinds = [kind for kind in kinds if kind not in columns]
    for number, lines in BlockReader(path, problems):
        try:
            sentence = parse(lines, kinds, columns)
        except BadRecord as bad:
            problems.bad(SourceLocation(name, number + bad.row), bad.reason, bad.fix)
            continue
        sentence.where = SourceLocation(name, number)
        yield sentence


def parse(lines: list[str], kinds: Sequence[str] = (), columns: Mapping[str, int] | None = None) -> Sentence:
    """Parse one sentence from the lines of its block, comments first. Raises BadRecord if it is malformed.

    Args: kinds, kinds of label to read besides UPOS, XPOS and FEATS; columns, `read_columns()`, computed once per file.
    """
    start = 0
    while start < len(lines) and lines[start].startswith("#"):
        start += 1
    body = "\t\n".join(lines[start:])
    cells = body.split("\t")
    if checks.may_be_faulty(body, cells, len(lines) - start):
        checks.check_rows(lines, start)
    labels = {kind: cells[column::10] for kind, column in (columns or read_columns()).items()}
    sentence = Sentence(cells[FORM::10], labels, lines=lines)
    misc = cells[MISC::10]
    sentence.spaces = list(map(space_after, misc))
    sentence.before = space_before(misc[0])
    if cells[ID::10] != _counting(len(misc)):
        _keep_words(sentence, cells, start)
    _read_comments(sentence, lines[:start])
    if kinds:
        add_labels(sentence, kinds)
    return sentence


@lru_cache(maxsize=1 << 10)
def _counting(count: int) -> list[str]:
    """The ID cells of a block that has only words; all but the first keep the preceding line end."""
    return [f"\n{number}" if number > 1 else "1" for number in range(1, count + 1)]


def _keep_words(sentence: Sentence, cells: list[str], start: int) -> None:
    """Move the ranges to `multiwords`, with the white space in their MISC, and remove empty nodes from the words."""
    ids = [cell.removeprefix("\n") for cell in cells[ID::10]]
    ranges = checks.check_ids(ids, start)
    is_word = [id.isdecimal() for id in ids]
    all_spaces = sentence.spaces or []
    sentence.words = list(compress(sentence.words, is_word))
    sentence.labels = {kind: list(compress(values, is_word)) for kind, values in sentence.labels.items()}
    sentence.spaces = list(compress(all_spaces, is_word))
    first_token = next(row for row, id in enumerate(ids) if "." not in id)
    sentence.before = space_before(cells[MISC::10][first_token])
    for token in ranges:
        first, last = token.first - 1, token.last - 1
        sentence.multiwords.append(Multiword(first, last, cells[FORM::10][token.row]))
        sentence.spaces[first : last + 1] = [""] * (last - first) + [all_spaces[token.row]]


def _read_comments(sentence: Sentence, comments: list[str]) -> None:
    for comment in comments:
        if comment.startswith(SILVER):
            sentence.silver = comment.removeprefix(SILVER)
        elif "newdoc" in comment and (match := NEWDOC.fullmatch(comment)):
            sentence.document = (match[1] or "").strip()


class Writer(TextWriter):
    """Writes each sentence as a block: the original block with changed labels, or a new one."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._count = 0

    def text(self, sentence: Sentence) -> str:
        """Return the block of a sentence; "" for a sentence without words, which CoNLL-U cannot represent."""
        if not sentence.words:
            return ""
        self._count += 1
        lines = relabelled(sentence) if sentence.lines else fresh(sentence, self._count)
        return "\n".join(lines) + "\n\n"
