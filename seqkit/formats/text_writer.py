"""The base class of writers of sentences as text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import BinaryIO

from seqkit.examples import Sentence


class TextWriter(ABC):
    """Writes the text of each sentence, in UTF-8. A FormatSpec names a subclass as its `writer`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    @abstractmethod
    def text(self, sentence: Sentence) -> str:
        """Return a sentence as text, with line ends. Raises SeqkitError if the format cannot represent it."""

    def write(self, sentence: Sentence) -> None:
        """Write one sentence."""
        self._file.write(self.text(sentence).encode())

    def close(self) -> None:  # noqa: B027 (optional)
        """Do nothing: every sentence is complete. The file stays open."""
