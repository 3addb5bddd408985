"""The tagger: words -> x_t -> z_t -> ŷ_t = V z_t, one head for each kind of label.

Shapes: B sentences, T words, D features of x_t, H of z_t, L labels, U distinct words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.examples import Sentence
from seqkit.labels.kinds import codes
from seqkit.models.contracts import TaggerOptions
from seqkit.models.recurrences import recurrence_class
from seqkit.models.tagger_facts import TaggerFacts
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.embedding import (
    AffixEmbedding,
    CharacterEmbedding,
    PieceEmbedding,
    WordEmbedding,
    WordParts,
    WordTable,
)
from seqkit.nn.fast_forms import check_int8
from seqkit.nn.heads import IGNORE, CRFHead, SoftmaxHead
from seqkit.nn.placement import all_real
from seqkit.nn.recurrent import RecurrenceClass
from seqkit.nn.stack import Layer, Stack
from seqkit.text.affixes import KINDS as AFFIX_KINDS
from seqkit.text.vocabulary import WordIndex, pad


class TagBatch(NamedTuple):
    """A batch of sentences: index of each word in the table of distinct words, and target labels."""

    table: WordTable
    index_BT: Tensor
    lengths_B: Tensor
    targets: dict[str, Tensor]
    """Kind of label -> y_BT, IGNORE if there is none."""


class Tagger(nn.Module):
    """P(y_1:T | x_1:T) = Π_t softmax(V z_t)[y_t], with z from any stack of recurrent layers."""

    def __init__(self, options: TaggerOptions, facts: TaggerFacts) -> None:
        super().__init__()
        recurrence = recurrence_class(options.recurrence)
        if options.inference_dtype == "int8":
            check_int8(recurrence)  # before training, not after an epoch
        self.options, self.facts = options, facts
        self.index = WordIndex(facts.words[: facts.kept], facts.characters, facts.subword, facts.affixes)
        self.embedding = _embedding(options, facts, recurrence)
        self.input_dropout = SharedDropout(options.dropout)
        self.network = Stack(
            recurrence,
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
        self._label_ids = {
            kind: {label: i for i, label in enumerate(labels)} for kind, labels in facts.labels.items()
        }

    def add_kind(self, kind: str) -> None:
        """Add an output layer with random weights for a kind of label of the facts."""
        labels = self.facts.labels[kind]
        self.heads[kind] = _head(self.options, kind, labels, self.network.output_size)
        self._label_ids[kind] = {label: i for i, label in enumerate(labels)}

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
        """Raises AttributeError if the layer has no such matrix, as `sru` has no U."""
        try:
            return self.matrices()[name]
        except KeyError:
            raise AttributeError(f"the recurrence '{self.options.recurrence}' has no {name}") from None

    def matrices(self) -> dict[str, Tensor]:
        """Every W, U and V by name: W, U of layer 1; `W.backward`, `W.2`, `W.2.backward` …; V, and `V.xpos` …"""
        found: dict[str, Tensor] = {}
        for number, layer in enumerate(self.network.layers, start=1):
            chains = cast(Layer, layer)
            for chain, suffix in ((chains.forward_chain, ""), (chains.backward_chain, ".backward")):
                of_layer = f".{number}" if number > 1 else ""
                own = chain.matrices() if chain is not None else {}
                found |= {f"{name}{of_layer}{suffix}": matrix for name, matrix in own.items()}
        for number, (kind, head) in enumerate(self.heads.items()):
            found[f"V.{kind}" if number else "V"] = cast(SoftmaxHead, head).V
        return found

    def forward(self, batch: TagBatch) -> dict[str, Tensor]:
        """Kind of label -> logits_BTL."""
        x_BTD = F.embedding(batch.index_BT, self.embedding(batch.table))
        lengths_B = None if all_real(batch.lengths_B == batch.index_BT.shape[1]) else batch.lengths_B
        return self.logits(x_BTD, lengths_B)

    def logits(self, x_BTD: Tensor, lengths_B: Tensor | None = None) -> dict[str, Tensor]:
        """x_BTD, lengths (None: all of length T) -> kind of label -> logits_BTL."""
        z_BTH = self.network(self.input_dropout(x_BTD), lengths_B)
        return {kind: head(z_BTH) for kind, head in self.heads.items()}

    def collate(self, sentences: Sequence[Sentence], *, sampling: float = 0.0, seed: int = 0) -> TagBatch:
        """Batch sentences. `sampling`, `seed`: see `WordIndex.arrays`."""
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
            labels = codes(sentence, kind)
            target_BT[row, : len(labels)] = [ids.get(label, IGNORE) for label in labels]
        return torch.from_numpy(target_BT)


def _embedding(options: TaggerOptions, facts: TaggerFacts, recurrence: RecurrenceClass) -> WordEmbedding:
    pieces = PieceEmbedding(len(facts.subword), options.piece_size) if facts.subword is not None else None
    characters = affixes = None
    if options.char_size:
        characters = CharacterEmbedding(
            len(facts.characters) + 2, options.char_size, recurrence, options.char_hidden
        )
    if options.affix_size:
        affixes = AffixEmbedding(sum(map(len, facts.affixes)) + 2, AFFIX_KINDS, options.affix_size)
    if not (options.word_size or pieces or characters or affixes):
        raise SeqkitError(
            "word_size, piece_size, char_size and affix_size are all 0",
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
    """Build the tagger of a ModelSpec. Raises SeqkitError for a CRF over labels that are not in the facts."""
    if options.crf not in ("none", *facts.labels):
        fix = did_you_mean(options.crf, ("none", *facts.labels))
        raise SeqkitError(f"option crf='{options.crf}': no labels of that kind are learnt", fix, exit_code=2)
    return Tagger(options, facts)
