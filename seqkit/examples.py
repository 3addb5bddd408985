"""What readers yield and writers take. Nothing here knows a file format or a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from seqkit.errors import SeqkitError

NO_LABEL = "_"
"""Value of a word without a label (as in CoNLL-U)."""


class SourceLocation(NamedTuple):
    """A place in a file; lines count from 1."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Multiword(NamedTuple):
    """A written token that stands for several words: French `du` = `de` + `le`."""

    first: int
    """Index of its first word."""
    last: int
    """Index of its last word (inclusive)."""
    form: str


@dataclass(slots=True)
class Sentence:
    """Words, and what is known of each.

    Invariant for text read raw: `before` + every word followed by its space = the input, exactly.
    """

    words: list[str]
    labels: dict[str, list[str]] = field(default_factory=dict)
    """Kind of label -> one value a word, `_` for none. An absent kind is unknown."""
    spaces: list[str] | None = None
    """The white space after each word ("" inside a multiword token); None where the source does not say."""
    multiwords: list[Multiword] = field(default_factory=list)
    before: str = ""
    """White space before the first word, where it belongs to no earlier word."""
    offset: int | None = None
    """Characters of the document before `before`; None where the source is not running text."""
    document: str | None = None
    """On the first sentence of a document: its name."""
    where: SourceLocation | None = None
    lines: list[str] | None = None
    """The CoNLL-U block as read, comments first, without line ends: the writer changes the labels in it."""
    silver: str | None = None
    """The pipeline that made the labels, where no person did."""
    ranked: dict[str, list[list[tuple[str, float]]]] = field(default_factory=dict)
    """Kind of label -> for each word its most probable values with their probabilities, the best first."""
    fields: dict[str, Any] | None = None
    """Other fields of the record that the text was found in, carried through."""

    @property
    def text(self) -> str:
        """The sentence as written, multiword tokens in their written form."""
        spaces = self.spaces or [" "] * (len(self.words) - 1) + [""] * bool(self.words)
        if not self.multiwords:
            return self.before + "".join(map(str.__add__, self.words, spaces))
        return self.before + "".join(token.form + spaces[token.last] for token in self.tokens)

    @property
    def tokens(self) -> Iterator[Multiword]:
        """What was written, in order: tokens that stand for several words, and every other word as a token."""
        starts = {token.first: token for token in self.multiwords}
        index = 0
        while index < len(self.words):
            token = starts.get(index) or Multiword(index, index, self.words[index])
            yield token
            index = token.last + 1


@dataclass(slots=True)
class RawText:
    """A stretch of running text, not yet split into words."""

    text: str
    where: SourceLocation
    offset: int = 0
    """Characters of the document before this stretch."""
    document: str | None = None
    """On the first stretch of a document: its name."""
    fields: dict[str, Any] | None = None
    """Of a text that is a field of a record: the other fields that are carried through."""
    last: bool = False
    """Whether nothing is known to follow, because the input ends or pauses: the text so far is to be answered."""


@dataclass(slots=True)
class Pair:
    """An input and what should come out of it: the example of sequence-to-sequence models."""

    sources: dict[str, Any]
    """Modality -> the input in it; of "text" a str without line end. One modality or several read together."""
    target: Any | None = None
    """What should come out (a str where it is text); None where it is not known."""
    where: SourceLocation | None = None
    """The place of the source."""


@dataclass(slots=True)
class Item:
    """What a corpus with several modalities knows of one example; encoder and decoder decide what is read and written.

    Moving digits: reads {"video": film, "text": caption}, writes {"text": caption, "video": film}. A question about a
    picture: reads {"image": picture, "text": question}, writes {"text": answer}.
    """

    reads: dict[str, Any]
    """Modality -> what an encoder of that name can read."""
    writes: dict[str, Any]
    """Modality -> what a decoder of that name should write."""
    where: SourceLocation | None = None


class Translation(NamedTuple):
    """One output of a sequence-to-sequence model."""

    text: str
    score: float
    """What the outputs of one source are ranked by: the log-probability after the length penalty."""
    log_prob: float
    """ln P(target | source), the end included."""
    confidence: float | None = None
    """Probability that it is good; None for a model that `seqkit calibrate` has not measured."""
    familiarity: float | None = None
    """Share of lines like those of the training data that are less familiar than its source; None as above."""
    doubtful: bool = False
    """Whether it should not be trusted: one of the two is low, or a protected part had to be forced into it."""


class RecordErrors:
    """What to do with a bad record: refuse the file (the default), or leave the record out and count it."""

    def __init__(self, skip: bool = False) -> None:
        self.skip = skip
        self.skipped = 0
        """Records left out."""
        self.repaired = 0
        """Harmless faults of form (byte order mark, CRLF, missing last newline) that were passed over."""
        self.first: list[str] = []
        """The first few, in words."""

    def bad(self, where: SourceLocation, reason: str, fix: str) -> None:
        """Raise SeqkitError, or count one record as left out."""
        if not self.skip:
            raise SeqkitError(f"{where}: {reason}", fix)
        self.skipped += 1
        self._keep(f"{where}: {reason}")

    def recoverable(self, where: SourceLocation, reason: str, fix: str) -> None:
        """Raise SeqkitError, or count a fault that costs no record."""
        if not self.skip:
            raise SeqkitError(f"{where}: {reason}", fix)
        self.repaired += 1
        self._keep(f"{where}: {reason}")

    def _keep(self, message: str) -> None:
        if len(self.first) < 5:
            self.first.append(message)

    def summary(self) -> str:
        """One line for stderr, empty when all was well."""
        if not (self.skipped or self.repaired):
            return ""
        counts = [f"{self.skipped} bad record(s) left out"] if self.skipped else []
        counts += [f"{self.repaired} fault(s) of form passed over"] if self.repaired else []
        return f"{', '.join(counts)}; first: {'; '.join(self.first)}"
