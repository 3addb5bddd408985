"""A small model that offers every method of a `Trainable`, for the checks of objectives.

It maps a number to a word of a few letters. Shapes: B examples, K outputs of each, T letters, V symbols.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from seqkit.evaluation.metric import Metric
from seqkit.examples import Pair
from seqkit.models.contracts import Loss, Memory, StepLogProbs
from seqkit.models.options import Seq2SeqOptions
from seqkit.models.symbol_decoder import SymbolBatch, VocabularyDecoder
from seqkit.models.vocabulary_facts import VocabularyFacts
from seqkit.training.trainable import Outputs, Trainable

WORDS = ("ab", "abba", "cab", "b", "dad bad", "ad")
SIZE = 8
LONGEST = 8
"""Letters of an output that is drawn."""


class ToyModel(nn.Module):
    """P(word | number): the number's vector is the memory of a decoder of letters."""

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        options = Seq2SeqOptions(hidden=SIZE, dropout=dropout, attention="none")
        facts = VocabularyFacts.gather([Pair({}, word) for word in WORDS], options, {})
        self.numbers = nn.Embedding(len(WORDS), SIZE)
        self.decoder = VocabularyDecoder(options, facts, SIZE, (SIZE,), {})

    def memory(self, numbers_B: Tensor) -> Memory:
        """The memory of numbers."""
        states_BSD = self.numbers(numbers_B)[:, None]
        return Memory(states_BSD, None, (states_BSD[:, 0],))


class ToyTrainable(Trainable):
    """The six words; a batch is the numbers and the letters."""

    name = "toy"

    def __init__(self, dropout: float = 0.2) -> None:
        torch.manual_seed(1)
        self.model: ToyModel = ToyModel(dropout)

    @property
    def lengths(self) -> list[int]:
        return self.model.decoder.lengths(WORDS)

    def collate(self, indices: Sequence[int], seed: int) -> tuple[Tensor, SymbolBatch]:
        return torch.tensor(indices), self.model.decoder.collate([WORDS[index] for index in indices])

    def loss(self, batch: Any, label_smoothing: float = 0.0) -> Loss:
        return self.model.decoder.loss(self.model.memory(batch[0]), batch[1], label_smoothing)

    def log_probs(self, batch: Any) -> list[StepLogProbs]:
        return [self.model.decoder.step_log_probs(self.model.memory(batch[0]), batch[1])]

    def sample(self, batch: Any, count: int, seed: int, *, search: bool = False) -> list[Outputs]:
        decoder, drawn = self.model.decoder, torch.Generator().manual_seed(seed)
        memory = self.model.memory(batch[0]).repeated(count)
        state, previous, symbols = decoder.start(memory), None, []
        with torch.no_grad():
            for _ in range(LONGEST):
                log_p_NV, state = decoder.step(previous, state)
                previous = torch.multinomial(log_p_NV.exp(), 1, generator=drawn)[:, 0]
                symbols.append(previous)
        rows = [_until(row, decoder.end) for row in torch.stack(symbols, 1).tolist()]
        log_p_BK = decoder.log_prob(memory, decoder.batch(rows)).view(-1, count)
        texts = [decoder.read(row) for row in rows]
        grouped = [texts[start : start + count] for start in range(0, len(texts), count)]
        return [Outputs(grouped, [WORDS[number] for number in batch[0].tolist()], log_p_BK)]

    def inputs(self, batch: Any) -> Tensor:
        return self.model.decoder.inputs(batch[1])

    def start(self, batch: Any) -> Any:
        return self.model.decoder.start(self.model.memory(batch[0]))

    def step(self, previous_B: Tensor | None, state: Any) -> tuple[Tensor, Any]:
        return self.model.decoder.step(previous_B, state)

    def with_decoder_inputs(self, batch: Any, inputs_BT: Tensor) -> Any:
        return batch[0], self.model.decoder.with_decoder_inputs(batch[1], inputs_BT)

    def step_losses(self, batch: Any) -> Tensor:
        return self.model.decoder.step_losses(self.model.memory(batch[0]), batch[1])

    def score(self) -> list[Metric]:
        return []


def _until(row: list[int], end: int) -> list[int]:
    """The symbols before the end."""
    return row[: row.index(end)] if end in row else row
