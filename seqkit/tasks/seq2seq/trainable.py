"""Training a sequence-to-sequence model: batches of pairs, their loss, and the score on dev."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.corpus_metric import measured
from seqkit.evaluation.drawing import mean_squared_error
from seqkit.evaluation.error_rates import characters, exact_matches, rate, words
from seqkit.evaluation.metric import POINTS, Metric
from seqkit.examples import Pair
from seqkit.inference.generation import generate
from seqkit.models.contracts import Loss, StepLogProbs
from seqkit.models.modalities import Decoder, SymbolDecoder
from seqkit.models.seq2seq import Seq2SeqBatch
from seqkit.models.usable import faults_named
from seqkit.nn.placement import placed_for
from seqkit.tasks.seq2seq.sampling import outputs_with_gradient
from seqkit.text.languages import writes_blanks
from seqkit.text.name_swaps import Names
from seqkit.text.piece_lines import one_line
from seqkit.text.placeholders import with_placeholders
from seqkit.text.plain_lines import PlainLines
from seqkit.training.batches import length_buckets
from seqkit.training.trainable import Outputs, Trainable

SCORED = 1000
"""Dev pairs, or up to twice as many, that are scored after each epoch: evenly spaced where there are more."""
DEV_STEPS = 4000
"""Steps of a dev batch, padding included."""
NGRAM = 4
"""Words in a row that BLEU looks at."""


class Seq2SeqTrainable(Trainable):
    """A model, the pairs it learns from, and those it is scored on."""

    name = "seq2seq"
    searches = True

    def __init__(
        self,
        model: Any,
        train: Sequence[Pair],
        dev: Sequence[Pair],
        renaming: float = 0.0,
        metric: str = "",
        random_names: float = 0.0,
        plain: float = 0.0,
    ) -> None:
        """Args: metric, a registered one that decides which epoch is kept; "": what suits the data."""
        self.model, self.train, self.renaming, self.metric = model, train, renaming, metric
        self.plain, self.plain_lines = plain, PlainLines(train if plain else ())
        self.names = Names.of(train, random_names) if renaming else Names()
        self.dev = dev[:: max(1, len(dev) // SCORED)]
        with faults_named(model, train):
            self._lengths: NDArray[np.int64] = model.lengths(train)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Steps of each source and target, (N, 2)."""
        return self._lengths

    def collate(self, indices: Sequence[int], seed: int) -> Any:
        """These pairs; segmentations, noise, exchanged names and plain lines are drawn at random."""
        pairs = self.names.exchanged([self.train[index] for index in indices], self.renaming, seed)
        pairs = self.plain_lines.rewritten(pairs, self.plain, seed)
        if self._has_placeholders:
            pairs = with_placeholders(pairs, self._sides, seed)
        with faults_named(self.model, pairs):
            return self.model.collate(pairs, seed)

    def loss(self, batch: Any, label_smoothing: float = 0.0) -> Loss:
        """Negative log-likelihood of the targets."""
        loss: Loss = self.model(batch, label_smoothing)
        return loss

    def log_probs(self, batch: Seq2SeqBatch) -> list[StepLogProbs]:
        """Of every symbol at every step of the targets."""
        return [self._symbols.step_log_probs(self.model.encode(batch.sources), batch.target)]

    def sample(self, batch: Seq2SeqBatch, count: int, seed: int, *, search: bool = False) -> list[Outputs]:
        """Outputs of each pair's source, drawn or searched for."""
        decoder, memory = self._symbols, self.model.encode(batch.sources)
        return [outputs_with_gradient(decoder, memory, batch.target, count, seed, search)]

    def inputs(self, batch: Seq2SeqBatch) -> Tensor:
        """The symbol before each one of the targets."""
        return self._symbols.inputs(batch.target)

    def start(self, batch: Seq2SeqBatch) -> Any:
        """The decoder's state before the first symbol."""
        return self._symbols.start(self.model.encode(batch.sources))

    def step(self, previous_B: Tensor | None, state: Any) -> tuple[Tensor, Any]:
        """One symbol further, without dropout."""
        return self._symbols.step(previous_B, state)

    def with_decoder_inputs(self, batch: Seq2SeqBatch, inputs_BT: Tensor) -> Seq2SeqBatch:
        """The batch with other input symbols of the decoder."""
        return batch._replace(target=self._symbols.with_decoder_inputs(batch.target, inputs_BT))

    def check_offers(self, method: str) -> None:
        """As for every task; and a decoder that writes no symbols offers none of what is optional."""
        super().check_offers(method)
        _ = self._symbols

    @property
    def _has_placeholders(self) -> bool:
        """Whether the model is one from text to text that learns to copy placeholders."""
        decoder = self.model.decoder
        return isinstance(decoder, SymbolDecoder) and bool(decoder.placeholders)

    @property
    def _sides(self) -> tuple[str, str]:
        """The languages of source and target."""
        return self.model.facts.source_language, self.model.facts.target_language

    @property
    def _symbols(self) -> SymbolDecoder:
        """The decoder. Raises SeqkitError where it writes no symbols."""
        decoder: Decoder = self.model.decoder
        if not isinstance(decoder, SymbolDecoder):
            raise self.lacks(
                f"symbols of which the decoder '{self.model.options.decoder}' tells a probability"
            )
        return decoder

    def score(self) -> list[Metric]:
        """What the best epoch is chosen by, first; of greedy output, where targets are text.

        From text to sentences BLEU; from anything else, or to single words, exact matches and character errors, for
        there one output is right. Both with the perplexity of a symbol. Where targets are not text: log P a step.
        """
        if not self.dev:
            return []
        self.model.eval()
        nll = self._nll()
        if not all(isinstance(pair.target, str) for pair in self.dev):
            return [*self._errors(), Metric("log_likelihood", -nll, unit="a step", likelihood=True)]
        perplexity = Metric(
            "perplexity", math.exp(min(nll, 100.0)), higher_is_better=False, unit="", likelihood=True
        )
        if self.metric:
            return [measured(self.metric, *self._greedy(), bootstrap=False), perplexity]
        if all(isinstance(value, str) for value in self.dev[0].sources.values()) and self._has_sentences():
            return [Metric("bleu", self._bleu(), unit=POINTS), perplexity]
        return [*self._matches(), perplexity]

    def _errors(self) -> list[Metric]:
        """The mean squared error of numbers, if the decoder offers it."""
        error = mean_squared_error(self.model, self.dev)
        return [] if error is None else [Metric("squared_error", error, higher_is_better=False, unit="")]

    @torch.inference_mode()
    def _nll(self) -> float:
        """Negative log-likelihood of dev, a step."""
        total, steps = 0.0, 0
        with faults_named(self.model, self.dev):
            for members in length_buckets(self.model.lengths(self.dev), DEV_STEPS, seed=0, epoch=0):
                batch = self.model.collate([self.dev[member] for member in members])
                loss = self.model(placed_for(self.model, batch))
                total, steps = total + float(loss.counts.nll), steps + int(loss.counts.steps)
        return total / max(steps, 1)

    def _has_sentences(self) -> bool:
        """Whether BLEU can be anything but 0, which takes four words in a row."""
        return self._unspaced() or any(len(words(str(pair.target))) >= NGRAM for pair in self.dev)

    def _unspaced(self) -> bool:
        return not writes_blanks(self.model.facts.target_language)

    def _bleu(self) -> float:
        """sacreBLEU, from 0 to 1."""
        from sacrebleu.metrics import BLEU

        # Not the tokenizer of the language: which epoch is kept must not depend on what is installed.
        metric = BLEU(tokenize="char" if self._unspaced() else "13a")
        outputs, references = self._greedy()
        return float(metric.corpus_score(outputs, [references]).score) / 100

    def _matches(self) -> list[Metric]:
        """Share of exact matches, and edits for each character of the targets."""
        outputs, references = self._greedy()
        edits, length = rate(outputs, references, characters)
        exact = exact_matches(outputs, references) / len(references)
        return [
            Metric("exact", exact),
            Metric("character_error", edits / max(length, 1), higher_is_better=False),
        ]

    def _greedy(self) -> tuple[list[str], list[str]]:
        """What the model writes on dev, and what it should have."""
        outputs = generate([self.model], [pair.sources for pair in self.dev], DecodingOptions(beam=1))
        return [str(found[0].value) for found in outputs], [one_line(str(pair.target)) for pair in self.dev]
