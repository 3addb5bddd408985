"""Facts of a tagger, stored in the model folder: vocabularies, and the values of each kind of label."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from seqkit.examples import Sentence
from seqkit.io.json_files import stored_record, write_json
from seqkit.io.json_shapes import different, language, listed, optional_text, table, text, texts, whole
from seqkit.labels.kinds import codec_of, codes, fault_of_name, is_label, kind_spec, standard_kinds
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
        with _record(folder / "words" / "words.json") as stored:
            words = texts(stored["words"])
            kept = whole(stored["kept"], 0, len(words))
        with _record(folder / "words" / "ambiguous.json") as stored:
            ambiguous = table(stored, texts)
        with _record(folder / "words" / "characters.json") as stored:
            characters = texts(stored)
        with _record(folder / "words" / "affixes.json") as stored:
            affixes = listed(stored, texts)
        with _record(folder / "source" / "language.json") as stored:
            spoken, silver = language(stored["language"]), optional_text(stored["silver"])
        with _record(folder / "labels" / "labels.json") as stored:
            labels = _checked_labels(stored)
        subword = folder / "source" / "subword.model"
        return cls(
            words=words,
            kept=kept,
            ambiguous={kind: ambiguous.get(kind, []) for kind in labels},
            characters=characters,
            labels=labels,
            subword=Subword(subword.read_bytes()) if subword.exists() else None,
            affixes=affixes,
            language=spoken,
            silver=silver,
            combinations=_read_combinations(folder / COMBINATIONS, labels),
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


def _record(path: Path) -> AbstractContextManager[Any]:
    """The content of a JSON file. A value of another form in it becomes a SeqkitError that names the file."""
    return stored_record(path, "a tagger")


def _checked_labels(stored: Any) -> dict[str, list[str]]:
    """Kind of label -> its values. Raises ValueError for an invalid name, and for labels that no model can predict."""
    labels = table(stored, lambda values: list(different(texts(values))))
    if not labels:
        raise ValueError("no kind of label")
    for kind, values in labels.items():
        if fault := fault_of_name(kind):
            raise ValueError(fault)
        if not values:
            raise ValueError(f"no labels of the kind {kind}")
        codec = codec_of(kind)
        for value in values:
            if not value or "\n" in value or "\0" in value:
                raise ValueError(f"a label of the kind {kind} is empty, or has a line break")
            if codec is not None:
                codec.decode("a", value)  # raises ValueError for what is no code
    return labels


def _read_combinations(path: Path, labels: Mapping[str, Sequence[str]]) -> Combinations | None:
    if not path.exists():
        return None
    with _record(path) as stored:
        kinds = list(different(texts(stored["kinds"])))
        sizes = [len(labels[kind]) for kind in kinds]
        for row in listed(stored["combinations"], lambda row: listed(row, whole)):
            if len(row) != len(sizes) or not all(map(int.__lt__, row, sizes)):
                raise ValueError("a combination of labels that there are not")
        return Combinations.from_json(stored)


def _read_word_codes(path: Path, labels: Mapping[str, Sequence[str]]) -> dict[str, WordCodes]:
    """The codes of words. Raises SeqkitError for a file of another form."""
    if not path.exists():
        return {}
    with _record(path) as stored:
        for held in table(stored, dict).values():
            if text(held["given"]) not in ("", *labels):
                raise ValueError(f"no labels of the kind {held['given']}")
            table(held["words"], lambda codes: table(codes, texts))
        return {kind: WordCodes.from_json(held, labels[kind]) for kind, held in stored.items()}


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
