"""Training a sequence-to-sequence model: the loss of some pairs, and the score on dev."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import torch

from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.error_rates import characters, exact_matches, rate, words
from seqkit.extend.manager import load, registry
from seqkit.formats.examples import Pair
from seqkit.inference.generation import generate
from seqkit.models.contracts import Loss
from seqkit.models.folder import LANGUAGES, model_folder
from seqkit.models.parts import read_json
from seqkit.pairs import UNKNOWN
from seqkit.text.languages import writes_blanks
from seqkit.text.lines import one_line
from seqkit.text.names import Names
from seqkit.training.batches import length_buckets
from seqkit.training.loop import Reporter
from seqkit.training.pairs_data import PairData, read_pair_data
from seqkit.training.prepared import Prepared
from seqkit.training.request import Request, Sources
from seqkit.training.seq2seq_card import seq2seq_card
from seqkit.training.start import started

SCORED = 1000
"""Dev pairs, or up to twice as many, that are scored after each epoch: evenly spaced where there are more."""
UPDATES = 12_000
"""Steps down the gradient that a training wants, whatever the corpus."""
EPOCHS = (12, 100)
"""Fewest and most passes."""
BATCH_STEPS = (200, 4000)
NGRAM = 4
"""Words in a row that BLEU looks at."""
UPDATES_AN_EPOCH = 150


class Seq2SeqTask:
    """A model, the pairs it learns from, and those it is scored on."""

    def __init__(
        self,
        model: Any,
        train: Sequence[Pair],
        dev: Sequence[Pair],
        label_smoothing: float,
        renaming: float = 0.0,
    ) -> None:
        self.model, self.train, self.label_smoothing = model, train, label_smoothing
        self.renaming = renaming
        self.names = Names.of(train) if renaming else Names()
        self.dev = dev[:: max(1, len(dev) // SCORED)]
        self.lengths = model.lengths(train)

    def loss(self, indices: Sequence[int], seed: int) -> Loss:
        """Negative log-likelihood of these pairs' targets."""
        pairs = self.names.exchanged([self.train[index] for index in indices], self.renaming, seed)
        batch = self.model.collate(pairs, seed)
        loss: Loss = self.model(batch, self.label_smoothing)
        return loss

    def score(self) -> dict[str, float]:
        """What the best epoch is chosen by, first; of greedy output, where targets are text.

        From text to sentences BLEU; from anything else, or to single words, exact matches and character errors, for
        there one output is right. Both with the perplexity of a symbol. Where targets are not text: log P a step.
        """
        if not self.dev:
            return {}
        self.model.eval()
        nll = self._nll()
        if not all(isinstance(pair.target, str) for pair in self.dev):
            return {"log_likelihood": -nll}
        perplexity = {"perplexity": math.exp(min(nll, 100.0))}
        if all(isinstance(value, str) for value in self.dev[0].sources.values()) and self._has_sentences():
            return {"bleu": self._bleu(), **perplexity}
        return {**self._matches(), **perplexity}

    @torch.inference_mode()
    def _nll(self) -> float:
        """Negative log-likelihood of dev, a step."""
        total, steps = 0.0, 0
        for members in length_buckets(self.model.lengths(self.dev), BATCH_STEPS[1], seed=0, epoch=0):
            loss = self.model(self.model.collate([self.dev[member] for member in members]))
            total, steps = total + loss.nll, steps + loss.steps
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

    def _matches(self) -> dict[str, float]:
        """Share of exact matches, and edits for each character of the targets."""
        outputs, references = self._greedy()
        edits, length = rate(outputs, references, characters)
        exact = exact_matches(outputs, references) / len(references)
        return {"exact": exact, "character_error": edits / max(length, 1)}

    def _greedy(self) -> tuple[list[str], list[str]]:
        """What the model writes on dev, and what it should have."""
        outputs = generate([self.model], [pair.sources for pair in self.dev], DecodingOptions(beam=1))
        return [str(found[0].value) for found in outputs], [one_line(str(pair.target)) for pair in self.dev]


def prepare_seq2seq(request: Request, reporter: Reporter) -> Prepared:
    """What training a model that turns one sequence into another needs."""
    data = read_pair_data(_with_sides(request.sources), request.model)
    for note in data.notes:
        reporter.note(note)
    sources = dataclasses.replace(request.sources, source=data.source, target=data.target)
    torch.manual_seed(request.training.seed)
    model = _model(request, data, reporter)
    options = request.training
    task = Seq2SeqTask(model, data.train, data.dev, options.label_smoothing, options.renaming)
    settled = _adapted(dataclasses.replace(request, sources=sources), int(task.lengths.sum()))
    return Prepared(
        request=settled,
        task=task,
        examples=data.checksum,
        card=lambda progress, command: seq2seq_card(settled, model, len(data.train), progress, command),
    )


def _with_sides(sources: Sources) -> Sources:
    """The sides of the model that is trained further, where none are given and the data have them."""
    if not sources.start or sources.source or sources.target:
        return sources
    languages = model_folder(sources.start) / LANGUAGES
    own = read_json(languages) if languages.is_file() else {}
    source, target = own.get("source", UNKNOWN), own.get("target", UNKNOWN)
    if UNKNOWN in (source, target):
        return sources
    return dataclasses.replace(sources, source=source, target=target)


def _model(request: Request, data: PairData, reporter: Reporter) -> Any:
    """The model in its first state: random weights, or those of the model that it begins as."""
    start = request.sources.start
    if not start:
        spec = registry().find("models", request.sources.model)
        facts = load(spec.facts).gather(data.train, request.model, data.source, data.target)
        return load(spec.build)(request.model, facts)
    model = started(start, request.model)
    was = (model.facts.source_language, model.facts.target_language)
    now = tuple(
        old if new == UNKNOWN else new for old, new in zip(was, (data.source, data.target), strict=True)
    )
    if now != was:
        reporter.note(
            f"--from {start}: was from {was[0]} to {was[1]}, and is trained from {now[0]} to {now[1]}"
        )
    model.facts.source_language, model.facts.target_language = now
    return model


def _adapted(request: Request, steps: int) -> Request:
    """The request with `batch_words` and `epochs` chosen by the size of the training split where they are 0."""
    low, high = BATCH_STEPS
    batch_words = request.training.batch_words or min(max(steps // UPDATES_AN_EPOCH, low), high)
    updates = max(steps / batch_words, 1)
    epochs = request.training.epochs or min(max(round(UPDATES / updates), EPOCHS[0]), EPOCHS[1])
    training = dataclasses.replace(request.training, batch_words=batch_words, epochs=epochs)
    return dataclasses.replace(request, training=training)
