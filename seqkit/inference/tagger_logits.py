"""Compute the logits of all words, batch by batch, for the built-in tagger and for other networks.

Shapes: B segments of sentences, T words, L labels, N words of all sentences.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple, Protocol, cast

import numpy as np
import torch
from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.examples import Sentence
from seqkit.inference.batching import Batch, batches
from seqkit.inference.tagger_forms import TaggerForm, tagger_form
from seqkit.inference.word_cache import WordCache
from seqkit.models.contracts import TaggerModel
from seqkit.models.tagger import Tagger
from seqkit.nn.bfloat16 import products_in
from seqkit.nn.fast_forms import check_int8
from seqkit.nn.heads import CRFHead, in_float32
from seqkit.nn.placement import device_of, placed_for
from seqkit.nn.stack import Layer
from seqkit.runtime.threads import in_order
from seqkit.text.vocabulary import Ids


class LogitsBatch(NamedTuple):
    """Logits of the words of a batch."""

    rows_BT: Ids
    """Numbers of the words, counted through all sentences; padding has the number after the last."""
    logits: dict[str, Tensor]
    """Kind of label -> logits_BTL."""


class TaggerLogits(Protocol):
    """Computes logits. Batches depend only on the sentences."""

    def refresh(self) -> None:
        """Drop results of weights that have changed since. Call it before the model's `eval`."""
        ...

    def batches(
        self, sentences: Sequence[Sentence], kinds: Sequence[str], *, cached: bool
    ) -> Iterator[LogitsBatch]:
        """The logits of these kinds. Args: cached, whether to reuse the vectors of words from earlier calls."""
        ...


def tagger_logits(model: TaggerModel, dtype: str) -> TaggerLogits:
    """Logits with prepared words for the built-in tagger on the CPU, plain ones for other networks and on accelerators.

    Raises SeqkitError for a number format that the model does not have.
    """
    if device_of(cast(nn.Module, model)).type == "cpu":
        return PreparedLogits(model, dtype) if isinstance(model, Tagger) else PlainLogits(model, dtype)
    if dtype == "int8":
        fix = "Use --device cpu, or --inference-dtype float32."
        raise SeqkitError("int8: a number format for the CPU only", fix, exit_code=2)
    return PlainLogits(model, dtype)


class PreparedLogits:
    """The built-in tagger: the part of its lowest layer that depends only on x_t is computed once per distinct word."""

    def __init__(self, model: Tagger, dtype: str) -> None:
        if dtype == "int8":
            check_int8(type(cast(Layer, model.network.layers[0]).forward_chain))
        self._model, self._dtype = model, dtype
        self._weights: list[tuple[int, int]] = []
        """Address of each weight, and how often it was changed."""
        self._made: TaggerForm | None = None
        self._thread = threading.local()
        """Its attribute `cache` has the words of each thread."""

    def refresh(self) -> None:
        weights = [(p.data_ptr(), p._version) for p in self._model.parameters() if not p.is_inference()]
        if self._model.training or weights != self._weights:
            self._weights, self._made, self._thread = weights, None, threading.local()

    def batches(
        self, sentences: Sequence[Sentence], kinds: Sequence[str], *, cached: bool
    ) -> Iterator[LogitsBatch]:
        cache = self._cache() if cached else self._new_cache()
        prepared_U, index_N = cache.look_up(list(chain.from_iterable(s.words for s in sentences)))
        index_N = np.append(index_N, 0)  # padding, for which any word will do
        _, network, heads = self._form()

        @torch.inference_mode()
        def logits(batch: Batch) -> LogitsBatch:
            rows_BT, lengths_B = batch
            index_BT = torch.from_numpy(index_N[rows_BT])
            real_B = None if lengths_B is None else torch.from_numpy(lengths_B)
            z_TBH = network.forward_from_table(prepared_U, index_BT, real_B).transpose(0, 1)
            if z_TBH.is_floating_point():
                z_TBH = in_float32(z_TBH)
            return LogitsBatch(rows_BT, {kind: heads[kind](z_TBH).transpose(0, 1) for kind in kinds})

        yield from in_order(logits, batches([len(s.words) for s in sentences], _mixed(self._model, kinds)))

    def _form(self) -> TaggerForm:
        if self._made is None:
            self._made = tagger_form(self._model, self._dtype)
        return self._made

    def _cache(self) -> WordCache:
        """The cache of this thread."""
        try:
            cache: WordCache = self._thread.cache
        except AttributeError:
            cache = self._thread.cache = self._new_cache()
        return cache

    def _new_cache(self) -> WordCache:
        embedding, network, _ = self._form()
        return WordCache(self._model.index, embedding, network)


class PlainLogits:
    """Other networks, through their `collate` and `__call__`, which get only the words."""

    def __init__(self, model: TaggerModel, dtype: str) -> None:
        if dtype == "int8":
            problem = f"the network {type(model).__name__} has no int8 form"
            raise SeqkitError(problem, "Use bfloat16 or float32.", exit_code=2)
        self._model, self._dtype = model, dtype

    def refresh(self) -> None:
        """Do nothing: it has no cache."""

    def batches(
        self, sentences: Sequence[Sentence], kinds: Sequence[str], *, cached: bool
    ) -> Iterator[LogitsBatch]:
        words = list(chain.from_iterable(s.words for s in sentences))
        for rows_BT, lengths_B in batches([len(s.words) for s in sentences], _mixed(self._model, kinds)):
            lengths = [rows_BT.shape[1]] * len(rows_BT) if lengths_B is None else lengths_B.tolist()
            rows = zip(rows_BT.tolist(), lengths, strict=True)
            batch = self._model.collate([Sentence([words[n] for n in row[:length]]) for row, length in rows])
            batch = placed_for(cast(nn.Module, self._model), batch)
            with products_in(self._dtype):
                logits = self._model(batch)
            yield LogitsBatch(rows_BT, {kind: logits[kind].float() for kind in kinds})


def _mixed(model: TaggerModel, kinds: Sequence[str]) -> bool:
    """Whether batches may have padding. A CRF would treat padding as words."""
    return not any(isinstance(model.heads[kind], CRFHead) for kind in kinds)
