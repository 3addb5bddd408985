"""Convert paragraphs of a treebank to training examples: text with a label for each character.

Shapes: T characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from seqkit.examples import RecordErrors, Sentence, SourceLocation

IGNORED, INSIDE, TOKEN, MULTIWORD = -1, 0, 1, 2
"""Labels of a character: white space; inside a token; the last of a token; the last of a multiword token."""
TEXT = re.compile(r"#\s*text\s*=\s?(.*)", re.DOTALL)
FEW_PER_PARAGRAPH, JOINED = 1.5, 8
"""Mean sentences per paragraph below which paragraphs are joined for training, and how many are joined."""
NEW_PARAGRAPH = re.compile(r"#\s*newpar\b")


@dataclass
class Paragraph:
    """Text with its labels. It begins and ends with a non-space character."""

    text: str
    ends_T: NDArray[np.int64]
    """IGNORED, INSIDE, TOKEN or MULTIWORD."""
    stops_T: NDArray[np.bool_]
    """True at the last character of a sentence."""


@dataclass
class _Growing:
    """A paragraph under construction."""

    parts: list[str] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    stops: list[bool] = field(default_factory=list)

    def add(self, text: str, label: int = IGNORED) -> None:
        """Add white space, or a token whose last character has the label."""
        self.parts.append(text)
        if label == IGNORED:
            self.ends += [IGNORED] * len(text)
        else:
            self.ends += [IGNORED if letter.isspace() else INSIDE for letter in text[:-1]] + [label]
        self.stops += [False] * len(text)

    def paragraph(self) -> Paragraph:
        """The paragraph, without white space at its end."""
        text = "".join(self.parts).rstrip()
        size = len(text)
        return Paragraph(text, np.array(self.ends[:size], dtype=np.int64), np.array(self.stops[:size]))


def paragraphs_of(sentences: Iterable[Sentence], problems: RecordErrors) -> Iterator[Paragraph]:
    """The paragraphs of sentences that record white space.

    A sentence whose text (`# text`) does not have the characters of its words goes to `problems`.
    """
    growing = _Growing()
    for sentence in sentences:
        if not sentence.words or not _agrees(sentence, problems):
            continue
        if growing.parts and _begins_paragraph(sentence):
            yield growing.paragraph()
            growing = _Growing()
        _add_sentence(growing, sentence)
    if growing.parts:
        yield growing.paragraph()


def joined(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Join paragraphs if nearly every one is a single sentence.

    In treebanks of sampled sentences each one is a document. A segmenter that never sees two in a row would find no
    sentence end inside a text. They are joined by a space, or by nothing if the treebank has hardly any spaces.
    """
    sentences = sum(int(paragraph.stops_T.sum()) for paragraph in paragraphs)
    if sentences > FEW_PER_PARAGRAPH * len(paragraphs):
        return list(paragraphs)
    tokens = sum(int((paragraph.ends_T > INSIDE).sum()) for paragraph in paragraphs)
    spaces = sum(int((paragraph.ends_T == IGNORED).sum()) for paragraph in paragraphs)
    space = " " if 4 * spaces > tokens else ""
    return [_join(paragraphs[at : at + JOINED], space) for at in range(0, len(paragraphs), JOINED)]


def _join(paragraphs: Sequence[Paragraph], space: str) -> Paragraph:
    growing = _Growing()
    for number, paragraph in enumerate(paragraphs):
        if number:
            growing.add(space)
        growing.parts.append(paragraph.text)
        growing.ends += paragraph.ends_T.tolist()
        growing.stops += paragraph.stops_T.tolist()
    return growing.paragraph()


def _begins_paragraph(sentence: Sentence) -> bool:
    """Whether a sentence begins a document, or a paragraph (`# newpar` in CoNLL-U)."""
    return sentence.document is not None or any(NEW_PARAGRAPH.match(line) for line in sentence.lines or ())


def _add_sentence(growing: _Growing, sentence: Sentence) -> None:
    spaces = _spaces(sentence)
    for token in sentence.tokens:
        form = token.form.strip()
        if not form:
            continue
        several = token.last > token.first
        growing.add(form, MULTIWORD if several else TOKEN)
        growing.stops[-1] = token.last == len(sentence.words) - 1
        growing.add(spaces[token.last])


def _spaces(sentence: Sentence) -> list[str]:
    """The white space after each word: from `# text` if it has the words' characters, else from SpaceAfter."""
    spaces = list(sentence.spaces or [" "] * len(sentence.words))
    text, _ = written(sentence)
    if text is None or text == sentence.text.strip():
        return spaces
    at = 0
    for token in list(sentence.tokens)[:-1]:
        for letter in "".join(token.form.split()):
            at = text.index(letter, at) + 1
        end = at + len(text[at:]) - len(text[at:].lstrip())
        spaces[token.last] = text[at:end]
        at = end
    return spaces


def written(sentence: Sentence) -> tuple[str | None, int]:
    """The text in the comment `# text` (None if there is none), and the comment's line number in the block."""
    for number, line in enumerate(sentence.lines or ()):
        if not line.startswith("#"):
            break
        if found := TEXT.fullmatch(line):
            return found[1].strip(), number
    return None, 0


def _agrees(sentence: Sentence, problems: RecordErrors) -> bool:
    """Whether the text of the comment, ignoring white space, is that of the words; a difference is reported."""
    text, row = written(sentence)
    tokens = "".join("".join(token.form.split()) for token in sentence.tokens)
    if text is None or "".join(text.split()) == tokens:
        return True
    where = sentence.where or SourceLocation("", 0)
    both = zip("".join(text.split()), tokens, strict=False)
    at = next((place for place, (one, other) in enumerate(both) if one != other), 0)
    reason = f"the text does not match the words from {''.join(text.split())[at : at + 20]!r} on"
    problems.bad(where._replace(line=where.line + row), reason, "Correct the comment '# text' or the words.")
    return False


def has_inner_space(paragraph: Paragraph) -> bool:
    """Whether a token of a paragraph has white space inside."""
    white_T, before_T = paragraph.ends_T == IGNORED, np.append(TOKEN, paragraph.ends_T[:-1])
    return bool((white_T & (before_T == INSIDE)).any())
