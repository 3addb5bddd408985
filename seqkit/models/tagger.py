"""The tagger: words -> x_t -> z_t -> ŷ_t = V z_t, one head for each kind of label.

Shapes: B sentences, T words, D features of x_t, H of z_t, L labels, U distinct words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self, TypeVar, cast

import numpy as np
import torch
from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.formats.examples import Sentence, is_label
from seqkit.models.contracts import MAX_STEPS, TaggerOptions
from seqkit.models.parts import read_json, write_json
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.embedding import CharacterEmbedding, PieceEmbedding, WordEmbedding, WordTable
from seqkit.nn.heads import SoftmaxHead
from seqkit.nn.recurrent import Stack
from seqkit.text.subword import Subword, train_subword
from seqkit.text.vocabulary import WordIndex, pad

Ranked = list[tuple[str, float]]
"""Labels of one word with their probabilities, the most probable first."""
Answer = TypeVar("Answer")
IGNORE = -1
"""Target of a step that has no label, or one the model cannot give."""
BATCH_WORDS = 8192
TABLE_WORDS = 4096


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
            language=language,
            silver=next((s.silver for s in examples if s.silver), None),
        )

    @cached_property
    def known_words(self) -> frozenset[str]:
        """The words of the training split."""
        return frozenset(self.words)

    def save(self, folder: Path) -> None:
        """Write `words/`, `labels/` and `source/`."""
        write_json(folder / "words" / "words.json", {"kept": self.kept, "words": self.words})
        write_json(folder / "words" / "characters.json", self.characters)
        write_json(folder / "words" / "ambiguous.json", self.ambiguous)
        write_json(folder / "labels" / "labels.json", self.labels)
        write_json(folder / "source" / "language.json", {"language": self.language, "silver": self.silver})
        if self.subword is not None:
            (folder / "source" / "subword.model").write_bytes(self.subword.proto)

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


class TagBatch(NamedTuple):
    """Sentences as tensors: where each word stands in the table of distinct words, and the target labels."""

    table: WordTable
    index_BT: Tensor
    lengths_B: Tensor
    targets: dict[str, Tensor]
    """Kind of label -> y_BT, IGNORE where there is none."""


class Tagger(nn.Module):
    """P(y_1:T | x_1:T) = Π_t softmax(V z_t)[y_t], with z from any stack of recurrent layers."""

    task = "tagging"

    def __init__(self, options: TaggerOptions, facts: TaggerFacts) -> None:
        super().__init__()
        self.options, self.facts = options, facts
        self.index = WordIndex(facts.words[: facts.kept], facts.characters, facts.subword)
        self.embedding = _embedding(options, facts)
        self.input_dropout = SharedDropout(options.dropout)
        self.network = Stack(
            options.recurrence,
            self.embedding.output_size,
            options.hidden,
            options.layers,
            options.bidirectional,
            options.dropout,
        )
        self.heads = nn.ModuleDict(
            {
                kind: SoftmaxHead(self.network.output_size, len(labels))
                for kind, labels in facts.labels.items()
            }
        )
        self._label_ids = {
            kind: {label: i for i, label in enumerate(labels)} for kind, labels in facts.labels.items()
        }
        self._label_names = {kind: np.array(labels, dtype=object) for kind, labels in facts.labels.items()}

    @property
    def W(self) -> Tensor:
        """Input matrix of the first layer's forward chain."""
        return self.matrices()["W"]

    @property
    def U(self) -> Tensor:
        """Recurrent matrix of the first layer's forward chain."""
        return self.matrices()["U"]

    @property
    def V(self) -> Tensor:
        """Output matrix of the first kind of label."""
        return self.matrices()["V"]

    def matrices(self) -> dict[str, Tensor]:
        """Every W, U and V by name: W, U of layer 1; `W.backward`, `W.2`, `W.2.backward` …; V, and `V.xpos` …"""
        found: dict[str, Tensor] = {}
        for number, layer in enumerate(self.network.layers, start=1):
            for chain, suffix in ((layer.forward_chain, ""), (layer.backward_chain, ".backward")):
                for name in ("W", "U"):
                    if chain is not None and hasattr(chain, name):
                        found[name + (f".{number}" if number > 1 else "") + suffix] = getattr(chain, name)
        for number, (kind, head) in enumerate(self.heads.items()):
            found[f"V.{kind}" if number else "V"] = cast(SoftmaxHead, head).V
        return found

    def forward(self, batch: TagBatch) -> dict[str, Tensor]:
        """Kind of label -> logits_BTL."""
        x_BTD = self.embedding(batch.table)[batch.index_BT]
        lengths_B = None if bool((batch.lengths_B == batch.index_BT.shape[1]).all()) else batch.lengths_B
        return self.logits(x_BTD, lengths_B)

    def logits(self, x_BTD: Tensor, lengths_B: Tensor | None = None) -> dict[str, Tensor]:
        """x_BTD, lengths (None: all of length T) -> kind of label -> logits_BTL."""
        z_BTH = self.network(self.input_dropout(x_BTD), lengths_B)
        return {kind: head(z_BTH) for kind, head in self.heads.items()}

    def collate(self, sentences: Sequence[Sentence], *, sampling: float = 0.0, seed: int = 0) -> TagBatch:
        """Sentences as one batch. `sampling`, `seed`: see `WordIndex.arrays`."""
        positions: dict[str, int] = {}
        rows = [[positions.setdefault(word, len(positions)) for word in s.words] for s in sentences]
        index_BT, lengths_B = pad(rows)
        targets = {kind: self._targets(sentences, kind, index_BT.shape) for kind in self.heads}
        arrays = self.index.arrays(list(positions), sampling, seed)
        table = WordTable(*(torch.from_numpy(part) for part in arrays))
        return TagBatch(table, torch.from_numpy(index_BT), torch.from_numpy(lengths_B), targets)

    def _targets(self, sentences: Sequence[Sentence], kind: str, shape: tuple[int, ...]) -> Tensor:
        ids, target_BT = self._label_ids[kind], np.full(shape, IGNORE, dtype=np.int64)
        for row, sentence in enumerate(sentences):
            labels = sentence.labels.get(kind, ())
            target_BT[row, : len(labels)] = [ids.get(label, IGNORE) for label in labels]
        return torch.from_numpy(target_BT)

    def predict(self, sentences: Sequence[Sentence]) -> list[dict[str, list[str]]]:
        """The most probable label of each kind for every word, in the order given."""

        def best(kind: str, logits_BTL: Tensor) -> list[list[str]]:
            labels_BT: list[list[str]] = self._label_names[kind][logits_BTL.argmax(-1).numpy()].tolist()
            return labels_BT

        return self._for_each_word(sentences, best)

    def predict_top(self, sentences: Sequence[Sentence], top: int) -> list[dict[str, list[Ranked]]]:
        """The `top` most probable labels of each kind for every word, each with its calibrated probability."""

        def ranked(kind: str, logits_BTL: Tensor) -> list[list[Ranked]]:
            head = cast(SoftmaxHead, self.heads[kind])
            p_BTK, ids_BTK = head.probabilities(logits_BTL).topk(min(top, logits_BTL.shape[-1]))
            names_BTK = self._label_names[kind][ids_BTK.numpy()].tolist()
            return [
                [list(zip(*word, strict=True)) for word in zip(*sentence, strict=True)]
                for sentence in zip(names_BTK, p_BTK.tolist(), strict=True)
            ]

        return self._for_each_word(sentences, ranked)

    @torch.inference_mode()
    def _for_each_word(
        self, sentences: Sequence[Sentence], read: Callable[[str, Tensor], list[list[Answer]]]
    ) -> list[dict[str, list[Answer]]]:
        """What `read` makes of (kind of label, logits_BTL), put back in the order of sentences and words.

        Batches hold sentences of one length, so they need no padding; they depend on `sentences` alone.
        """
        was_training = self.training
        self.eval()
        positions: dict[str, int] = {}
        rows = [[positions.setdefault(word, len(positions)) for word in s.words] for s in sentences]
        stretches = [
            (number, row[start : start + MAX_STEPS])
            for number, row in enumerate(rows)
            for start in range(0, len(row), MAX_STEPS)
        ]
        x_UD = self._vectors(list(positions))
        answers: list[dict[str, list[Answer]]] = [{} for _ in stretches]
        for members in _equal_lengths([row for _, row in stretches], BATCH_WORDS):
            index_BT = torch.tensor([stretches[member][1] for member in members])
            for kind, logits_BTL in self.logits(x_UD[index_BT]).items():
                for member, answer in zip(members, read(kind, logits_BTL), strict=True):
                    answers[member][kind] = answer
        self.train(was_training)
        joined: list[dict[str, list[Answer]]] = [{kind: [] for kind in self.heads} for _ in sentences]
        for (number, _), answer_by_kind in zip(stretches, answers, strict=True):
            for kind, answer in answer_by_kind.items():
                joined[number][kind] += answer
        return joined

    def _vectors(self, words: list[str]) -> Tensor:
        """x_UD of distinct words, the short ones together so that little is padded."""
        order = sorted(range(len(words)), key=lambda index: len(words[index]))
        x_UD = torch.empty(len(words), self.embedding.output_size)
        for start in range(0, len(words), TABLE_WORDS):
            part = order[start : start + TABLE_WORDS]
            arrays = self.index.arrays([words[index] for index in part])
            x_UD[torch.tensor(part)] = self.embedding(WordTable(*(torch.from_numpy(a) for a in arrays)))
        return x_UD


def _equal_lengths(rows: Sequence[Sequence[int]], batch_words: int) -> Iterator[list[int]]:
    """Indices of rows of one length, at most `batch_words` words together."""
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        by_length[len(row)].append(number)
    for length, members in sorted(by_length.items()):
        size = max(1, batch_words // length)
        for start in range(0, len(members), size):
            yield members[start : start + size]


def _embedding(options: TaggerOptions, facts: TaggerFacts) -> WordEmbedding:
    pieces = PieceEmbedding(len(facts.subword), options.piece_size) if facts.subword is not None else None
    characters = None
    if options.char_size:
        characters = CharacterEmbedding(
            len(facts.characters) + 2, options.char_size, options.recurrence, options.char_hidden
        )
    if not (options.word_size or pieces or characters):
        raise SeqkitError(
            "word_size, piece_size and char_size are all 0, so nothing of a word is seen",
            "Leave at least one of them above 0.",
            exit_code=2,
        )
    return WordEmbedding(facts.kept + 2, options.word_size, pieces, characters, options.word_dropout)


def build(options: TaggerOptions, facts: TaggerFacts) -> Tagger:
    """The tagger that a ModelSpec names."""
    return Tagger(options, facts)
