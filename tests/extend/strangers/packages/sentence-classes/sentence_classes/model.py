"""The network. Shapes: B sentences, T words, D features of x_t, H of z_t, C classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from sentence_classes.facts import FIRST, ClassifierFacts
from seqkit.models.recurrences import recurrence_class
from seqkit.nn.affine import Affine
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.recurrent import last_real, mask_of
from seqkit.nn.stack import Stack
from seqkit.text.vocabulary import pad


class SentenceBatch(NamedTuple):
    """Sentences as tensors."""

    words_BT: Tensor
    lengths_B: Tensor
    y_B: Tensor
    """The class of each; 0 where it is not known."""


class Classifier(nn.Module):
    """P(class | x_1:T) = softmax(V z)."""

    def __init__(self, options: Any, facts: ClassifierFacts) -> None:
        super().__init__()
        self.options, self.facts = options, facts
        self.inference_dtype = "float32"
        self.embedding = nn.Embedding(FIRST + len(facts.words), options.embedding_size, padding_idx=0)
        self.dropout = SharedDropout(options.dropout)
        recurrence = recurrence_class(options.recurrence)
        self.network = Stack(
            recurrence,
            options.embedding_size,
            options.hidden,
            1,
            bidirectional=False,
            dropout=options.dropout,
        )
        self.output = Affine(self.network.output_size, len(facts.classes))

    def collate(self, texts: Sequence[str], labels: Sequence[str] = ()) -> SentenceBatch:
        """Args: labels, the class of each text, or none."""
        words_BT, lengths_B = pad([self.facts.ids(text) for text in texts])
        y_B = [self.facts.classes.index(label) for label in labels] or [0] * len(texts)
        return SentenceBatch(torch.from_numpy(words_BT), torch.from_numpy(lengths_B), torch.tensor(y_B))

    def forward(self, batch: SentenceBatch) -> Tensor:
        """Logits, (B, C)."""
        z_BTH = self.network(self.dropout(self.embedding(batch.words_BT)), batch.lengths_B)
        if self.options.pooling == "last":
            z_BH = last_real(z_BTH, batch.lengths_B)
        else:
            real_BT1 = mask_of(batch.lengths_B, z_BTH.shape[1])[:, :, None]
            z_BH = (z_BTH * real_BT1).sum(1) / batch.lengths_B[:, None]
        logits_BC: Tensor = self.output(z_BH)
        return logits_BC

    @torch.inference_mode()
    def probabilities(self, texts: Sequence[str]) -> Tensor:
        """P(class | text), (B, C)."""
        self.eval()
        rows = [self(self.collate([text])).softmax(-1) for text in texts]
        return torch.cat(rows) if rows else torch.zeros(0, len(self.facts.classes))
