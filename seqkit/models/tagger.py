"""The tagger: words -> x_t -> z_t -> ŷ_t = V z_t, one head for each kind of label.

Shapes: B sentences, T words, D features of x_t, H of z_t, L labels, U distinct words.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar, cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.formats.examples import Sentence
from seqkit.labels.kinds import is_label
from seqkit.models.contracts import TaggerOptions
from seqkit.models.parts import read_json, write_json
from seqkit.models.stretches import KnownWords, batches
from seqkit.nn.bfloat16 import usable
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.embedding import (
    AffixEmbedding,
    CharacterEmbedding,
    PieceEmbedding,
    WordEmbedding,
    WordParts,
    WordTable,
)
from seqkit.nn.heads import IGNORE, CRFHead, SoftmaxHead
from seqkit.nn.initial import without_first_weights
from seqkit.nn.recurrent import Stack, make_recurrence
from seqkit.text.affixes import KINDS as AFFIX_KINDS
from seqkit.text.affixes import frequent_affixes
from seqkit.text.subword import Subword, train_subword
from seqkit.text.vocabulary import Ids, WordIndex, pad

Ranked = list[tuple[str, float]]
"""Labels of one word with their probabilities, the most probable first."""
Answer = TypeVar("Answer")


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


class TagBatch(NamedTuple):
    """Sentences as tensors: where each word stands in the table of distinct words, and the target labels."""

    table: WordTable
    index_BT: Tensor
    lengths_B: Tensor
    targets: dict[str, Tensor]
    """Kind of label -> y_BT, IGNORE where there is none."""


class Computing(NamedTuple):
    """The parts of a tagger in the number format that tagging is done in."""

    embedding: WordEmbedding
    network: Stack
    heads: nn.ModuleDict
    """Kind of label -> logits from the network's states."""


class Tagger(nn.Module):
    """P(y_1:T | x_1:T) = Π_t softmax(V z_t)[y_t], with z from any stack of recurrent layers."""

    task = "tagging"

    def __init__(self, options: TaggerOptions, facts: TaggerFacts) -> None:
        super().__init__()
        self.options, self.facts = options, facts
        self.index = WordIndex(facts.words[: facts.kept], facts.characters, facts.subword, facts.affixes)
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
                kind: _head(options, kind, labels, self.network.output_size)
                for kind, labels in facts.labels.items()
            }
        )
        self._rounded: dict[str, Computing] = {}
        self._seen: list[tuple[int, int]] = []
        """Where the weights lay when tagging began, and how often each had been changed."""
        self.compute: str = options.compute
        """Number format of the z_t when tagging; whoever loads the model may choose another."""
        if self.compute == "int8":
            with without_first_weights():
                # A layer without it is to be told of now, not after an epoch of training.
                make_recurrence(options.recurrence, 1, 1).in_int8()
        self._forget()
        self._label_ids = {
            kind: {label: i for i, label in enumerate(labels)} for kind, labels in facts.labels.items()
        }
        self._label_names = {kind: np.array(labels, dtype=object) for kind, labels in facts.labels.items()}

    @property
    def W(self) -> Tensor:
        """Input matrix of the first layer's forward chain."""
        return self._matrix("W")

    @property
    def U(self) -> Tensor:
        """Recurrent matrix of the first layer's forward chain."""
        return self._matrix("U")

    @property
    def V(self) -> Tensor:
        """Output matrix of the first kind of label."""
        return self.matrices()["V"]

    def _matrix(self, name: str) -> Tensor:
        """Raises AttributeError where the layer has none of that name, as `sru` has no U."""
        try:
            return self.matrices()[name]
        except KeyError:
            raise AttributeError(f"the recurrence '{self.options.recurrence}' has no {name}") from None

    def matrices(self) -> dict[str, Tensor]:
        """Every W, U and V by name: W, U of layer 1; `W.backward`, `W.2`, `W.2.backward` …; V, and `V.xpos` …"""
        found: dict[str, Tensor] = {}
        for number, layer in enumerate(self.network.layers, start=1):
            for one, suffix in ((layer.forward_chain, ""), (layer.backward_chain, ".backward")):
                for name in ("W", "U"):
                    if one is not None and hasattr(one, name):
                        found[name + (f".{number}" if number > 1 else "") + suffix] = getattr(one, name)
        for number, (kind, head) in enumerate(self.heads.items()):
            found[f"V.{kind}" if number else "V"] = cast(SoftmaxHead, head).V
        return found

    def forward(self, batch: TagBatch) -> dict[str, Tensor]:
        """Kind of label -> logits_BTL."""
        x_BTD = F.embedding(batch.index_BT, self.embedding(batch.table))
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

    def predict(
        self, sentences: Sequence[Sentence], kinds: Sequence[str] | None = None
    ) -> list[dict[str, list[str]]]:
        """The most probable label of each kind (of all kinds: None) for every word, in the order given."""
        kinds = tuple(self.heads if kinds is None else kinds)
        count = sum(len(sentence.words) for sentence in sentences)
        # One place more, for what pads.
        best_N = {kind: np.empty(count + 1, dtype=np.int64) for kind in kinds}
        with self._evaluating():
            for rows_BT, logits in self._batches(sentences, kinds, self._words_known()):
                for kind, logits_BTL in logits.items():
                    best_N[kind][rows_BT] = cast(SoftmaxHead, self.heads[kind]).best(logits_BTL).numpy()
        names = {kind: self._label_names[kind][ids_N[:count]].tolist() for kind, ids_N in best_N.items()}
        return list(_by_sentence(sentences, names))

    def predict_top(self, sentences: Sequence[Sentence], top: int) -> list[dict[str, list[Ranked]]]:
        """The `top` most probable labels of each kind for every word, each with its calibrated probability."""
        count = sum(len(sentence.words) for sentence in sentences)
        ranked: dict[str, list[Ranked]] = {kind: [[]] * (count + 1) for kind in self.heads}
        with self._evaluating():
            # Probabilities are told to the last digit, so they must not depend on which words came before.
            for rows_BT, logits in self._batches(sentences, tuple(self.heads), self._no_words_known()):
                for kind, logits_BTL in logits.items():
                    head = cast(SoftmaxHead, self.heads[kind])
                    p_BTK, ids_BTK = head.probabilities(logits_BTL).topk(min(top, logits_BTL.shape[-1]))
                    names_NK = self._label_names[kind][ids_BTK.flatten(0, 1).numpy()].tolist()
                    for row, names_K, p_K in zip(
                        rows_BT.ravel().tolist(), names_NK, p_BTK.flatten(0, 1).tolist(), strict=True
                    ):
                        ranked[kind][row] = list(zip(names_K, p_K, strict=True))
        return list(_by_sentence(sentences, ranked))

    @contextmanager
    def _evaluating(self) -> Iterator[None]:
        was_training = self.training
        self.eval()
        weights = [(p.data_ptr(), p._version) for p in self.parameters() if not p.is_inference()]
        if weights != self._seen:
            self._forget()
            self._seen = weights
        try:
            with torch.inference_mode():
                yield
        finally:
            self.train(was_training)

    def _batches(
        self, sentences: Sequence[Sentence], kinds: Sequence[str], known: KnownWords
    ) -> Iterator[tuple[Ids, dict[str, Tensor]]]:
        """Which words (counted through all sentences) stand where, and the logits_BTL of each kind for them.

        Batches depend on `sentences` alone. What the lowest layer makes of x_t alone is computed once for each
        distinct word.
        """
        prepared_U, index_N = known.look_up(list(chain.from_iterable(s.words for s in sentences)))
        index_N = np.append(index_N, 0)  # anything will do where nothing stands
        _, network, heads = self._computing()
        mixed = not any(isinstance(self.heads[kind], CRFHead) for kind in kinds)
        for rows_BT, lengths_B in batches([len(s.words) for s in sentences], mixed):
            z_BTH = network.looked_up(prepared_U, torch.from_numpy(index_N[rows_BT]), lengths_B)
            z_TBH = z_BTH.transpose(0, 1)
            if z_TBH.is_floating_point():
                z_TBH = z_TBH.float()
            yield rows_BT, {kind: heads[kind](z_TBH).transpose(0, 1) for kind in kinds}

    def _computing(self) -> Computing:
        """The parts of the model in the number format of tagging. Copies are kept out of the weights."""
        if usable(self.compute) == "float32":
            return Computing(self.embedding, self.network, self.heads)
        if self.compute not in self._rounded:
            embedding, heads = self.embedding, self.heads
            if self.compute == "int8":
                embedding = embedding.in_int8()
                heads = nn.ModuleDict(
                    {kind: cast(SoftmaxHead, head).in_int8() for kind, head in heads.items()}
                )
            self._rounded = {self.compute: Computing(embedding, self.network.rounded(self.compute), heads)}
        return self._rounded[self.compute]

    def train(self, mode: bool = True) -> Self:
        """As every module's; words are read anew after training has changed the weights."""
        if mode:
            self._forget()
        return super().train(mode)

    def _forget(self) -> None:
        """Drop what was computed from the weights, for they may have changed."""
        self._rounded = {}
        self._known: dict[tuple[int, str], KnownWords] = {}

    def _words_known(self) -> KnownWords:
        """Words met while tagging in the number format that is asked for; each thread has its own."""
        key = (threading.get_ident(), self.compute)
        known = self._known.get(key)
        if known is None:
            alive = {thread.ident for thread in threading.enumerate()} - {key[0]}
            others = {other: words for other, words in list(self._known.items()) if other[0] in alive}
            known = self._no_words_known()
            self._known = {**others, key: known}
        return known

    def _no_words_known(self) -> KnownWords:
        embedding, network, _ = self._computing()
        return KnownWords(self.index, embedding, network)

    def _apply(self, *arguments: Any, **options: Any) -> Self:
        self._forget()
        return super()._apply(*arguments, **options)

    def load_state_dict(self, *arguments: Any, **options: Any) -> Any:
        """As every module's; words are read anew."""
        self._forget()
        return super().load_state_dict(*arguments, **options)


def _by_sentence(
    sentences: Sequence[Sentence], answers: Mapping[str, list[Answer]]
) -> Iterator[dict[str, list[Answer]]]:
    """Answers for all words, cut where sentences end."""
    first = 0
    for sentence in sentences:
        after = first + len(sentence.words)
        yield {kind: all_N[first:after] for kind, all_N in answers.items()}
        first = after


def _embedding(options: TaggerOptions, facts: TaggerFacts) -> WordEmbedding:
    pieces = PieceEmbedding(len(facts.subword), options.piece_size) if facts.subword is not None else None
    characters = affixes = None
    if options.char_size:
        characters = CharacterEmbedding(
            len(facts.characters) + 2, options.char_size, options.recurrence, options.char_hidden
        )
    if options.affix_size:
        affixes = AffixEmbedding(sum(map(len, facts.affixes)) + 2, AFFIX_KINDS, options.affix_size)
    if not (options.word_size or pieces or characters or affixes):
        raise SeqkitError(
            "word_size, piece_size, char_size and affix_size are all 0, so nothing of a word is seen",
            "Leave at least one of them above 0.",
            exit_code=2,
        )
    return WordEmbedding(
        facts.kept + 2,
        options.word_size,
        WordParts(pieces, characters, affixes),
        options.word_dropout,
        options.mixed,
        options.dropout,
    )


def _head(options: TaggerOptions, kind: str, labels: Sequence[str], size: int) -> SoftmaxHead:
    return (CRFHead if options.crf == kind else SoftmaxHead)(size, len(labels))


def build(options: TaggerOptions, facts: TaggerFacts) -> Tagger:
    """The tagger that a ModelSpec names. SeqkitError for a CRF over labels that are not among the facts."""
    if options.crf not in ("none", *facts.labels):
        fix = did_you_mean(options.crf, ("none", *facts.labels))
        raise SeqkitError(f"option crf='{options.crf}': no labels of that kind are learnt", fix, exit_code=2)
    return Tagger(options, facts)
