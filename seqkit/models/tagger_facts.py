"""Facts of a tagger, stored in the model folder: vocabularies, and the values of each kind of label."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from seqkit.examples import Sentence
from seqkit.io.json_files import read_json, stored_record, write_json
from seqkit.labels.kinds import codec_of, codes, is_label, kind_spec, standard_kinds
from seqkit.models.combinations import Combinations
from seqkit.models.contracts import TaggerOptions
from seqkit.models.word_codes import ANY, WordCodes
from seqkit.text.affixes import frequent_affixes
from seqkit.text.subword import Subword, train_subword

COMBINATIONS, WORD_CODES = Path("labels") / "combinations.json", Path("labels") / "word-codes.json"


@dataclass
class TaggerFacts:
    """Facts of the training treebank: words, characters, pieces, and the labels of each kind."""

    words: list[str]
    """Training words, most frequent first."""
    kept: int
    """Number of words that have a vector."""
    ambiguous: dict[str, list[str]]
    """Kind of label -> training words with more than one label."""
    characters: list[str]
    labels: dict[str, list[str]]
    """Kind of label -> its values, most frequent first."""
    subword: Subword | None
    affixes: list[list[str]] = field(default_factory=list)
    """For each kind of affix, those of several training words."""
    language: str = "xx"
    silver: str | None = None
    """The pipeline of silver training labels, or None."""
    combinations: Combinations | None = None
    """The combinations of labels that a word may have, if kinds are decoded jointly."""
    word_codes: dict[str, WordCodes] = field(default_factory=dict)
    """Kind of label that is learnt as codes -> the codes of each training word."""

    @classmethod
    def gather(
        cls, examples: Sequence[Sentence], options: TaggerOptions, labels: Sequence[str], language: str
    ) -> Self:
        """Gather the facts of the training split. Raises SeqkitError if SentencePiece finds nothing to learn."""
        words = Counter(word for sentence in examples for word in sentence.words)
        values = {kind: _values(examples, kind) for kind in labels}
        frequent = [word for word, _ in words.most_common()]
        characters = Counter(character for word, count in words.items() for character in word * count)
        return cls(
            words=frequent,
            kept=sum(count >= options.min_count for count in words.values()),
            ambiguous={kind: _ambiguous(examples, kind) for kind in labels},
            characters=[character for character, count in characters.most_common() if count > 1],
            labels=values,
            subword=_subword(examples, options),
            affixes=frequent_affixes(words) if options.affix_size else [],
            language=language,
            silver=next((s.silver for s in examples if s.silver), None),
            combinations=_combinations(examples, options, values),
            word_codes={kind: _word_codes(examples, kind, values) for kind in labels if codec_of(kind)},
        )

    def extend(self, examples: Sequence[Sentence]) -> None:
        """Add the words of fine-tuning data: they count as known, but get no vector."""
        there = set(self.words)
        self.words += dict.fromkeys(word for s in examples for word in s.words if word not in there)
        self.__dict__.pop("known_words", None)
        self.ambiguous = {
            kind: sorted({*words, *_ambiguous(examples, kind)}) for kind, words in self.ambiguous.items()
        }

    def add_kind(self, examples: Sequence[Sentence], kind: str) -> None:
        """Add the labels of another kind."""
        self.labels[kind] = _values(examples, kind)
        self.ambiguous[kind] = _ambiguous(examples, kind)
        if codec_of(kind):
            self.word_codes[kind] = _word_codes(examples, kind, self.labels)

    def gather_combinations(self, examples: Sequence[Sentence], options: TaggerOptions) -> None:
        """Add combinations of labels."""
        self.combinations = _combinations(examples, options, self.labels)

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
        if self.combinations is not None:
            write_json(folder / COMBINATIONS, self.combinations.as_json())
        if self.word_codes:
            write_json(
                folder / WORD_CODES,
                {kind: of.as_json(self.labels[kind]) for kind, of in self.word_codes.items()},
            )
        if self.subword is not None:
            self.subword.save(folder / "source" / "subword.model")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote. Raises SeqkitError for a file that is missing or invalid."""
        words = read_json(folder / "words" / "words.json")
        source = read_json(folder / "source" / "language.json")
        subword, labels = folder / "source" / "subword.model", read_json(folder / "labels" / "labels.json")
        return cls(
            words=words["words"],
            kept=words["kept"],
            ambiguous=read_json(folder / "words" / "ambiguous.json"),
            characters=read_json(folder / "words" / "characters.json"),
            labels=labels,
            subword=Subword(subword.read_bytes()) if subword.exists() else None,
            affixes=read_json(folder / "words" / "affixes.json"),
            language=source["language"],
            silver=source["silver"],
            combinations=_read_combinations(folder / COMBINATIONS),
            word_codes=_read_word_codes(folder / WORD_CODES, labels),
        )


def _combinations(
    examples: Sequence[Sentence], options: TaggerOptions, values: Mapping[str, Sequence[str]]
) -> Combinations | None:
    """The combinations of the jointly decoded kinds; None if fewer than two."""
    kinds = [kind for kind in standard_kinds() if kind in values and kind != options.crf]
    if not options.joint_labels or len(kinds) < 2:
        return None
    return Combinations.gather(examples, values, kinds)


def _word_codes(examples: Sequence[Sentence], kind: str, values: Mapping[str, Sequence[str]]) -> WordCodes:
    """The codes of each word, by the labels of the kind that decides with it."""
    given = next((one for one in kind_spec(kind).given if one in values), ANY)
    rows = (
        row
        for sentence in examples
        for row in zip(
            sentence.words,
            sentence.labels.get(given) or [ANY] * len(sentence.words),
            codes(sentence, kind),
            strict=False,
        )
    )
    return WordCodes.gather(rows, values[kind], given)


def _read_combinations(path: Path) -> Combinations | None:
    return Combinations.from_json(read_json(path)) if path.exists() else None


def _read_word_codes(path: Path, labels: Mapping[str, Sequence[str]]) -> dict[str, WordCodes]:
    """The codes of words. Raises SeqkitError for a file of another form."""
    if not path.exists():
        return {}
    with stored_record(path, "a tagger") as content:
        return {kind: WordCodes.from_json(held, labels[kind]) for kind, held in content.items()}


def _values(examples: Iterable[Sentence], kind: str) -> list[str]:
    """The labels of a kind, most frequent first."""
    counts = Counter(code for sentence in examples for code in codes(sentence, kind))
    # Most codes that occur once belong to a single word, which a model cannot learn.
    least = 2 if codec_of(kind) and max(counts.values(), default=0) > 1 else 1
    return [label for label, count in counts.most_common() if count >= least and is_label(kind, label)]


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
