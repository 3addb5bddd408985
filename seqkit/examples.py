"""Examples that readers yield and writers accept, independent of file formats and networks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from seqkit.errors import SeqkitError

NO_LABEL = "_"
"""Value of a word without a label (as in CoNLL-U)."""


class SourceLocation(NamedTuple):
    """A line of a file; lines count from 1."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Multiword(NamedTuple):
    """A written token that consists of several words: French `du` = `de` + `le`."""

    first: int
    """Index of its first word."""
    last: int
    """Index of its last word (inclusive)."""
    form: str


@dataclass(slots=True)
class Sentence:
    """Words with their labels.

    Invariant for sentences split from running text: `before` + every word with its space = the input, exactly.
    """

    words: list[str]
    labels: dict[str, list[str]] = field(default_factory=dict)
    """Kind of label -> one value a word, `_` for none. An absent kind is unknown."""
    spaces: list[str] | None = None
    """The white space after each word ("" inside a multiword token); None if the source does not record it."""
    multiwords: list[Multiword] = field(default_factory=list)
    before: str = ""
    """White space before the first word, unless it already follows a word of the previous sentence."""
    offset: int | None = None
    """Number of characters of the document before `before`; None if the source is not running text."""
    document: str | None = None
    """On the first sentence of a document: its name."""
    where: SourceLocation | None = None
    lines: list[str] | None = None
    """The CoNLL-U block as read, comments first, without line ends: the writer changes the labels in it."""
    silver: str | None = None
    """The spaCy pipeline that made the labels; None for manual annotation."""
    ranked: dict[str, list[list[tuple[str, float]]]] = field(default_factory=dict)
    """Kind of label -> for each word its most probable values with their probabilities, in descending order."""
    fields: dict[str, Any] | None = None
    """Other fields of the record that contained the text; writers copy them to the output."""

    @property
    def text(self) -> str:
        """The sentence as written, multiword tokens in their written form."""
        spaces = self.spaces or [" "] * (len(self.words) - 1) + [""] * bool(self.words)
        if not self.multiwords:
            return self.before + "".join(map(str.__add__, self.words, spaces))
        return self.before + "".join(token.form + spaces[token.last] for token in self.tokens)

    @property
    def tokens(self) -> Iterator[Multiword]:
        """The written tokens, in order: multiword tokens, and every other word as a token."""
        starts = {token.first: token for token in self.multiwords}
        index = 0
        while index < len(self.words):
            token = starts.get(index) or Multiword(index, index, self.words[index])
            yield token
            index = token.last + 1


@dataclass(slots=True)
class RawText:
    """A segment of running text, not yet split into words."""

    text: str
    where: SourceLocation
    offset: int = 0
    """Number of characters of the document before this segment."""
    document: str | None = None
    """On the first segment of a document: its name."""
    fields: dict[str, Any] | None = None
    """For a text that is a field of a record: the other fields; writers copy them to the output."""
    last: bool = False
    """Whether the input ends or pauses after this segment, so that the text so far must be processed."""


@dataclass(slots=True)
class Pair:
    """A source and its target: the example of sequence-to-sequence models."""

    sources: dict[str, Any]
    """Modality -> input; for "text" a str without line end. Several modalities are read together."""
    target: Any | None = None
    """The target (a str for text); None if unknown."""
    where: SourceLocation | None = None
    """Location of the source."""

    @property
    def texts(self) -> tuple[str, str] | None:
        """The texts of source and target; None if one of them is not text."""
        source, target = self.sources.get("text"), self.target
        return (source, target) if isinstance(source, str) and isinstance(target, str) else None

    def with_texts(self, source: str, target: str) -> Pair:
        """A copy with other texts."""
        return replace(self, sources={**self.sources, "text": source}, target=target)


@dataclass(slots=True)
class Item:
    """An example in several modalities; encoder and decoder determine which of them are read and written.

    Moving digits: reads {"video": film, "text": caption}, writes {"text": caption, "video": film}. A question about a
    picture: reads {"image": picture, "text": question}, writes {"text": answer}.
    """

    reads: dict[str, Any]
    """Modality -> input of the encoder with that name."""
    writes: dict[str, Any]
    """Modality -> target of the decoder with that name."""
    where: SourceLocation | None = None


class Translation(NamedTuple):
    """One output of a sequence-to-sequence model."""

    text: str
    score: float
    """Ranking score of the outputs of one source: the log-probability after the length penalty."""
    log_prob: float
    """ln P(target | source), including the end symbol."""
    confidence: float | None = None
    """Probability that the translation is good; None for a model without calibration (`seqkit calibrate`)."""
    familiarity: float | None = None
    """Share of in-domain lines that are less familiar to the model than the source; None without calibration."""
    agreement: float | None = None
    """Mean chrF2 of samples from the model against the translation, from 0 to 1; None without samples."""
    doubtful: bool = False
    """Whether the translation is unreliable: a low confidence or familiarity, or a forced protected span."""


class RecordErrors:
    """Policy for bad records: raise an error (the default), or skip the record and count it."""

    def __init__(self, skip: bool = False) -> None:
        self.skip = skip
        self.skipped = 0
        """Number of skipped records."""
        self.repaired = 0
        """Number of recoverable format errors (byte order mark, CRLF, missing last newline) that were ignored."""
        self.first: list[str] = []
        """Messages about the first five."""

    def bad(self, where: SourceLocation, reason: str, fix: str) -> None:
        """Raise SeqkitError, or count one record as skipped."""
        if not self.skip:
            raise SeqkitError(f"{where}: {reason}", fix)
        self.skipped += 1
        self._keep(f"{where}: {reason}")

    def recoverable(self, where: SourceLocation, reason: str, fix: str) -> None:
        """Raise SeqkitError, or count a format error that the reader can recover from."""
        if not self.skip:
            raise SeqkitError(f"{where}: {reason}", fix)
        self.repaired += 1
        self._keep(f"{where}: {reason}")

    def _keep(self, message: str) -> None:
        if len(self.first) < 5:
            self.first.append(message)

    def summary(self) -> str:
        """One line for stderr; "" if there were no bad records."""
        if not (self.skipped or self.repaired):
            return ""
        counts = [f"{self.skipped} bad record(s) skipped"] if self.skipped else []
        counts += [f"{self.repaired} recoverable format error(s) ignored"] if self.repaired else []
        return f"{', '.join(counts)}; first: {'; '.join(self.first)}"
