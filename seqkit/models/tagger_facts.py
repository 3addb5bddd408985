"""What a treebank tells a tagger: vocabularies and the values of each kind of label, kept in the model folder."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from seqkit.examples import Sentence
from seqkit.io.json_files import read_json, write_json
from seqkit.labels.kinds import is_label
from seqkit.models.contracts import TaggerOptions
from seqkit.text.affixes import frequent_affixes
from seqkit.text.subword import Subword, train_subword


@dataclass
class TaggerFacts:
    """What the treebank told: its words, characters, pieces, and the labels of each kind."""

    words: list[str]
    """Every training word, the most frequent first."""
    kept: int
    """How many of them have a vector of their own."""
    ambiguous: dict[str, list[str]]
    """Kind of label -> training words seen with more than one."""
    characters: list[str]
    labels: dict[str, list[str]]
    """Kind of label -> its values, the most frequent first."""
    subword: Subword | None
    affixes: list[list[str]] = field(default_factory=list)
    """For each kind of affix, those that several training words share."""
    language: str = "xx"
    silver: str | None = None
    """The pipeline that labelled the training data, where no person did."""

    @classmethod
    def gather(
        cls, examples: Sequence[Sentence], options: TaggerOptions, labels: Sequence[str], language: str
    ) -> Self:
        """Read the training split once. Raises SeqkitError where SentencePiece finds nothing to learn."""
        words = Counter(word for sentence in examples for word in sentence.words)
        frequent = [word for word, _ in words.most_common()]
        characters = Counter(character for word, count in words.items() for character in word * count)
        return cls(
            words=frequent,
            kept=sum(count >= options.min_count for count in words.values()),
            ambiguous={kind: _ambiguous(examples, kind) for kind in labels},
            characters=[character for character, count in characters.most_common() if count > 1],
            labels={kind: _values(examples, kind) for kind in labels},
            subword=_subword(examples, options),
            affixes=frequent_affixes(words) if options.affix_size else [],
            language=language,
            silver=next((s.silver for s in examples if s.silver), None),
        )

    def extend(self, examples: Sequence[Sentence]) -> None:
        """Take in what a training further learns from: its words are known, but get no vector of their own."""
        there = set(self.words)
        self.words += dict.fromkeys(word for s in examples for word in s.words if word not in there)
        self.__dict__.pop("known_words", None)
        self.ambiguous = {
            kind: sorted({*words, *_ambiguous(examples, kind)}) for kind, words in self.ambiguous.items()
        }

    @cached_property
    def known_words(self) -> frozenset[str]:
        """The words of the training split."""
        return frozenset(self.words)

    def save(self, folder: Path) -> None:
        """Write `words/`, `labels/` and `source/`."""
        write_json(folder / "words" / "words.json", {"kept": self.kept, "words": self.words})
        write_json(folder / "words" / "characters.json", self.characters)
        write_json(folder / "words" / "ambiguous.json", self.ambiguous)
        write_json(folder / "words" / "affixes.json", self.affixes)
        write_json(folder / "labels" / "labels.json", self.labels)
        write_json(folder / "source" / "language.json", {"language": self.language, "silver": self.silver})
        if self.subword is not None:
            self.subword.save(folder / "source" / "subword.model")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote. Raises SeqkitError for a file that is missing or not what it should be."""
        words = read_json(folder / "words" / "words.json")
        source = read_json(folder / "source" / "language.json")
        subword = folder / "source" / "subword.model"
        return cls(
            words=words["words"],
            kept=words["kept"],
            ambiguous=read_json(folder / "words" / "ambiguous.json"),
            characters=read_json(folder / "words" / "characters.json"),
            labels=read_json(folder / "labels" / "labels.json"),
            subword=Subword(subword.read_bytes()) if subword.exists() else None,
            affixes=read_json(folder / "words" / "affixes.json"),
            language=source["language"],
            silver=source["silver"],
        )


def _values(examples: Iterable[Sentence], kind: str) -> list[str]:
    """The labels of a kind, the most frequent first."""
    counts = Counter(label for sentence in examples for label in sentence.labels.get(kind, ()))
    return [label for label, _ in counts.most_common() if is_label(kind, label)]


def _ambiguous(examples: Iterable[Sentence], kind: str) -> list[str]:
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for sentence in examples:
        for word, label in zip(sentence.words, sentence.labels.get(kind, ()), strict=False):
            if is_label(kind, label):
                seen[word].add(label)
    return sorted(word for word, labels in seen.items() if len(labels) > 1)


def _subword(examples: Sequence[Sentence], options: TaggerOptions) -> Subword | None:
    if not options.piece_size:
        return None
    return train_subword((sentence.words for sentence in examples), options.vocab_size, options.subword)
