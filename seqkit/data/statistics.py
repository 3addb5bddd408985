"""Statistics of a corpus of sentences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from seqkit.data.catalogue import check_found, find_corpus, read_sentences
from seqkit.data.files import names_file
from seqkit.examples import NO_LABEL, RecordErrors, Sentence
from seqkit.labels.kinds import in_order, is_label, kind_spec
from seqkit.text.subword import UNKNOWN_PIECE, Subword, train_subword


@dataclass
class Counts:
    """The counts of one split, from a single pass; memory grows only with the number of distinct words."""

    sentences: int = 0
    words: Counter[str] = field(default_factory=Counter)
    labels: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Kind -> number of occurrences of each label."""
    seen: dict[str, dict[str, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    """Kind -> word -> its labels."""

    @classmethod
    def of(cls, sentences: Iterable[Sentence]) -> Counts:
        """Count sentences."""
        counts = cls()
        for sentence in sentences:
            counts.sentences += 1
            counts.words.update(sentence.words)
            for kind, labels in sentence.labels.items():
                for word, label in zip(sentence.words, labels, strict=False):
                    counts._add_label(kind, word, label)
        return counts

    def _add_label(self, kind: str, word: str, label: str) -> None:
        if is_label(kind, label):
            self.labels[kind][label] += 1
            self.seen[kind][word].add(label)

    @property
    def total(self) -> int:
        """Number of words (tokens)."""
        return self.words.total()

    def ambiguous(self, kind: str) -> set[str]:
        """Return the words that occur with two or more labels of a kind."""
        return {word for word, labels in self.seen[kind].items() if len(labels) > 1}


@dataclass(frozen=True)
class SplitStatistics:
    """The statistics of one split. Words are tokens, except in `distinct_words`."""

    sentences: int
    words: int
    distinct_words: int
    words_per_sentence: float
    labels: dict[str, int]
    """Kind -> number of distinct labels."""
    labelled_words: dict[str, int]
    """Kind -> number of words with a label."""
    unknown_words: int
    """Number of words that do not occur in the training split."""
    ambiguous_words: dict[str, int]
    """Kind -> number of words with two or more labels in the training split."""
    pieces_per_word: float | None
    """SentencePiece pieces per word; None if not measured."""
    coverage: float | None
    """Share of the words that SentencePiece, trained on the training split, segments without an unknown piece."""


def describe(split: Counts, train: Counts, subword: Subword | None) -> SplitStatistics:
    """Compute the statistics of `split`, compared with the training split. Args: subword, None to omit pieces."""
    total = split.total
    labels = {kind: split.labels[kind] for kind in in_order(_kinds_of(split))}
    pieces, covered = _count_pieces(split, subword) if subword and total else (None, None)
    return SplitStatistics(
        sentences=split.sentences,
        words=total,
        distinct_words=len(split.words),
        words_per_sentence=total / max(split.sentences, 1),
        labels={kind: len(counted) for kind, counted in labels.items()},
        labelled_words={kind: counted.total() for kind, counted in labels.items()},
        unknown_words=sum(count for word, count in split.words.items() if word not in train.words),
        ambiguous_words={kind: sum(split.words[word] for word in train.ambiguous(kind)) for kind in labels},
        pieces_per_word=None if pieces is None else pieces / total,
        coverage=None if covered is None else covered / total,
    )


def _kinds_of(split: Counts) -> list[str]:
    """The kinds of label for which a split has values other than the default."""
    nothing = {kind: {NO_LABEL, kind_spec(kind).absent} for kind in split.labels}
    return [kind for kind, counted in split.labels.items() if counted.keys() - nothing[kind]]


def _count_pieces(split: Counts, subword: Subword) -> tuple[int, int]:
    """Numbers of pieces of all words, and of words without an unknown piece."""
    pieces = covered = 0
    for ids, count in zip(subword.encode(list(split.words)), split.words.values(), strict=True):
        pieces += count * len(ids)
        covered += count * (UNKNOWN_PIECE not in ids)
    return pieces, covered


def measure(
    source: str, problems: RecordErrors, vocab_size: int, algorithm: str, kinds: Sequence[str] = ()
) -> dict[str, SplitStatistics]:
    """Compute statistics of each split of a corpus by name, or of a file, which also serves as the training split.

    Args:
        vocab_size: maximum vocabulary size of SentencePiece in pieces; 0 omits the statistics of pieces.
        algorithm: "unigram" or "bpe".
        kinds: kinds of label to count in addition to those that the format's reader always yields.
    """
    splits = ["file"] if names_file(source) else list(find_corpus(source).splits)
    counts = {split: Counts.of(read_sentences(source, split, problems, kinds)) for split in splits}
    check_found(source, set(kinds).difference(*(_kinds_of(split) for split in counts.values())))
    training = "train" if "train" in counts else splits[0]
    subword = None
    if vocab_size and counts[training].words:
        sentences = read_sentences(source, training, RecordErrors(skip=problems.skip))
        subword = train_subword((sentence.words for sentence in sentences), vocab_size, algorithm)
    return {split: describe(counts[split], counts[training], subword) for split in splits}
