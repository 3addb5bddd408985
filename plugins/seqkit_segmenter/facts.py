"""Facts of a treebank in the model folder.

They are stored in `text/characters.json`, `text/runs.json`, `text/multiwords.json` and `text/language.json`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from seqkit.io.json_files import stored_record, write_json
from seqkit.io.json_shapes import flag, language, optional_text, table, texts
from seqkit_segmenter.examples import Paragraph, has_inner_space
from seqkit_segmenter.features import Alphabet, key_of
from seqkit_segmenter.multiwords import Multiwords

UNKNOWN_LANGUAGE = "xx"


@dataclass
class SegmenterFacts:
    """Characters, frequent runs between white space, and the words of multiword tokens."""

    characters: list[str]
    runs: list[str]
    multiwords: Multiwords
    inner_spaces: bool = False
    """Whether some word of the treebank contains a space."""
    language: str = UNKNOWN_LANGUAGE
    silver: str | None = None
    """The pipeline that made silver labels; None for gold labels."""

    @classmethod
    def gather(
        cls,
        paragraphs: Sequence[Paragraph],
        multiwords: Multiwords,
        options: Any,
        language: str,
        silver: str | None = None,
    ) -> Self:
        """Collect the facts of the training split in one pass."""
        characters: Counter[str] = Counter()
        runs: Counter[str] = Counter()
        for paragraph in paragraphs:
            for text in {paragraph.text, paragraph.text.upper(), paragraph.text.lower()}:
                characters.update(text)
            runs.update(map(key_of, paragraph.text.split()))
        return cls(
            _frequent(characters, options.min_count),
            _frequent(runs, options.min_count) if options.run_size else [],
            multiwords,
            any(map(has_inner_space, paragraphs)),
            language,
            silver,
        )

    @cached_property
    def alphabet(self) -> Alphabet:
        """The alphabet that converts text to ids."""
        return Alphabet(self.characters, self.runs)

    def save(self, folder: Path) -> None:
        """Write `text/`."""
        write_json(folder / "text" / "characters.json", self.characters)
        write_json(folder / "text" / "runs.json", self.runs)
        write_json(folder / "text" / "multiwords.json", self.multiwords.as_json())
        write_json(folder / "text" / "language.json", self._source())

    def _source(self) -> dict[str, Any]:
        return {"language": self.language, "silver": self.silver, "inner_spaces": self.inner_spaces}

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote. Raises SeqkitError for a file that is missing or damaged."""
        place, owner = folder / "text", "a segmenter"
        with stored_record(place / "language.json", owner) as stored:
            source = (
                flag(stored["inner_spaces"]),
                language(stored["language"]),
                optional_text(stored["silver"]),
            )
        with stored_record(place / "characters.json", owner) as stored:
            characters = texts(stored)
        with stored_record(place / "runs.json", owner) as stored:
            runs = texts(stored)
        with stored_record(place / "multiwords.json", owner) as stored:
            multiwords = Multiwords.from_json(table(stored, lambda words: table(words, _words)))
        return cls(characters, runs, multiwords, *source)


def _words(value: Any) -> list[str]:
    """The words of a token; the first one may follow a stem. Raises ValueError if there is none, or an empty one."""
    words = texts(value)
    if not words or not all(word.strip() for word in words[1:]):
        raise ValueError("a token without words")
    return words


def _frequent(counts: Counter[str], least: int) -> list[str]:
    """The keys that occur at least `least` times, most frequent first, without the empty string."""
    return [key for key, count in counts.most_common() if count >= least and key]
