"""Predict labels with a tagger, without gradients.

Shapes: B segments of sentences, T words, L labels, K best of them, N words of all sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from seqkit.examples import Sentence
from seqkit.inference.answers import (
    batch_words,
    combinations_of,
    label_names,
    ranked_labels,
    resolve,
    with_given,
)
from seqkit.inference.batching import Ranked, by_sentence
from seqkit.inference.tagger_logits import tagger_logits
from seqkit.models.combinations import Combinations, Ids
from seqkit.models.contracts import TaggerModel, TaggerOptions
from seqkit.models.tagger import Tagger
from seqkit.nn.heads import SoftmaxHead


class TaggerRunner:
    """Predicts with a tagger that implements the protocol `TaggerModel`.

    For the built-in tagger, distinct words are prepared once and cached between calls, in each thread separately,
    until the weights change. Other networks run unchanged.
    """

    def __init__(self, model: TaggerModel, inference_dtype: str = "", source: str = "") -> None:
        """Args: inference_dtype, number format of the z_t: float32, bfloat16, int8; "": from the model's options;
        source, the name or folder that the model was loaded from; "": none.

        Raises SeqkitError for int8 if the model has no int8 form.
        """
        self.model, self.source = model, source
        self.inference_dtype = inference_dtype or own_dtype(model)
        self._logits = tagger_logits(model, self.inference_dtype)
        self._names = {kind: np.array(labels, dtype=object) for kind, labels in model.facts.labels.items()}

    @property
    def options(self) -> Any:
        """The model's options."""
        return self.model.options

    @property
    def facts(self) -> Any:
        """The facts from the training data: `labels`, `language`, `known_words` and more."""
        return self.model.facts

    @property
    def heads(self) -> Any:
        """Kind of label -> output layer."""
        return self.model.heads

    @property
    def W(self) -> Tensor:
        """As in the built-in tagger, like U, V and `matrices`; AttributeError if the network has none."""
        return cast(Tagger, self.model).W

    @property
    def U(self) -> Tensor:
        """Recurrent matrix of the first layer's forward chain."""
        return cast(Tagger, self.model).U

    @property
    def V(self) -> Tensor:
        """Output matrix of the first kind of label."""
        return cast(Tagger, self.model).V

    def matrices(self) -> dict[str, Tensor]:
        """Every W, U and V by name; see `seqkit.models.tagger.Tagger.matrices`."""
        return cast(Tagger, self.model).matrices()

    def predict(
        self, sentences: Iterable[Sentence], kinds: Sequence[str] | None = None
    ) -> list[dict[str, list[str]]]:
        """The most probable label of each kind (None: of all) for every word, in the order of the sentences."""
        sentences = _checked(sentences)
        asked = tuple(self.heads if kinds is None else kinds)
        kinds = with_given(self.facts, asked)
        count = sum(len(sentence.words) for sentence in sentences)
        # One more place, for padding.
        best_N = {kind: np.empty(count + 1, dtype=np.int64) for kind in kinds}
        together, words_N = combinations_of(self.facts, kinds), batch_words(self.facts, sentences)
        with self._evaluating():
            for rows_BT, logits in self._logits.batches(sentences, kinds, cached=True):
                for kind, ids_N in self._best(together, logits, words_N[rows_BT.ravel()]).items():
                    best_N[kind][rows_BT.ravel()] = ids_N
        names = label_names(sentences, self._names, {kind: best_N[kind][:count] for kind in asked})
        return list(by_sentence(sentences, names))

    def _best(
        self, together: Combinations | None, logits: Mapping[str, Tensor], words: Iterable[str]
    ) -> dict[str, Ids]:
        """The labels of one batch, one for each word."""
        best = {
            kind: cast(SoftmaxHead, self.heads[kind]).best(of_kind).cpu().numpy()
            for kind, of_kind in logits.items()
        }
        on_cpu = {kind: of_kind.cpu() for kind, of_kind in logits.items()}
        return resolve(self.facts, together, best, on_cpu, words)

    def predict_top(self, sentences: Iterable[Sentence], top: int) -> list[dict[str, list[Ranked]]]:
        """The `top` most probable labels of each kind for every word, each with its calibrated probability."""
        sentences = _checked(sentences)
        count = sum(len(sentence.words) for sentence in sentences)
        words = [word for sentence in sentences for word in sentence.words]
        ranked: dict[str, list[Ranked]] = {kind: [[]] * (count + 1) for kind in self.heads}
        together = combinations_of(self.facts, tuple(self.heads))
        words_N = batch_words(self.facts, sentences)
        with self._evaluating():
            # All digits of probabilities are shown, so they must not depend on previous words.
            for rows_BT, logits in self._logits.batches(sentences, tuple(self.heads), cached=False):
                rows_N = rows_BT.ravel().tolist()
                best = self._best(together, logits, words_N[rows_N])
                for kind, logits_BTL in logits.items():
                    p_BTL = cast(SoftmaxHead, self.heads[kind]).probabilities(logits_BTL).cpu()
                    ids_BTK = p_BTL.topk(min(top, logits_BTL.shape[-1])).indices
                    found = p_BTL.flatten(0, 1).numpy(), ids_BTK.flatten(0, 1).numpy(), best[kind].tolist()
                    for row, p_L, ids_K, first in zip(rows_N, *found, strict=True):
                        word = words[row] if row < count else ""
                        ranked[kind][row] = ranked_labels(kind, word, self._names[kind], p_L, ids_K, first)
        return list(by_sentence(sentences, ranked))

    @contextmanager
    def _evaluating(self) -> Iterator[None]:
        was_training = self.model.training
        self._logits.refresh()
        self.model.eval()
        try:
            with torch.inference_mode():
                yield
        finally:
            self.model.train(was_training)


def own_dtype(model: TaggerModel) -> str:
    """The number format that a model's options choose for prediction; float32 without such an option."""
    return model.options.inference_dtype if isinstance(model.options, TaggerOptions) else "float32"


def _checked(sentences: Iterable[Sentence]) -> list[Sentence]:
    """The sentences as a list, because a generator can be read only once. Raises TypeError for other objects."""
    found = list(sentences)
    for one in found:
        if not isinstance(one, Sentence):
            raise TypeError(f"expected sentences (seqkit.examples.Sentence), got {type(one).__name__}")
    return found
