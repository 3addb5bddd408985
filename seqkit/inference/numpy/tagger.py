"""The built-in tagger in numpy: words -> x_t -> z_t -> ŷ_t = V z_t; see `seqkit.models.tagger`.

Shapes: B segments of sentences, T words, L labels, N words of all sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from seqkit.examples import Sentence
from seqkit.inference.answers import (
    batch_words,
    combinations_of,
    label_names,
    ranked_labels,
    resolve,
    with_given,
)
from seqkit.inference.batching import Ranked, batches, by_sentence
from seqkit.inference.numpy.chains import Ids, Stack
from seqkit.inference.numpy.embedding import WordEmbedding
from seqkit.inference.numpy.forms import NumpyRecurrence
from seqkit.inference.numpy.heads import CRFHead, SoftmaxHead
from seqkit.inference.numpy.weights import Array, Weights
from seqkit.models.combinations import Combinations
from seqkit.models.contracts import TaggerOptions
from seqkit.models.tagger_facts import TaggerFacts
from seqkit.text.vocabulary import WordIndex

TABLE_WORDS = 512
"""Number of words whose vectors are computed in a batch."""


class _Batch(NamedTuple):
    rows_BT: Ids
    """Numbers of the words, counted through all sentences; padding has the number after the last."""
    logits: dict[str, Array]
    """Kind of label -> logits_TBL."""


class NumpyTagger:
    """Predicts as `seqkit.inference.tagger.TaggerRunner`, except for the last bits of probabilities."""

    def __init__(
        self,
        options: TaggerOptions,
        facts: TaggerFacts,
        recurrence: type[NumpyRecurrence],
        weights: Weights,
        dtype: str,
    ) -> None:
        """Args: dtype, float32 or int8. Raises LookupError or ValueError for weights that do not fit, and NoInt8Form
        if the recurrence has no int8 form.
        """
        int8 = dtype == "int8"
        self.facts = facts
        self._index = WordIndex(facts.words[: facts.kept], facts.characters, facts.subword, facts.affixes)
        self._embedding = WordEmbedding(weights.part("embedding"), recurrence, int8)
        stack = Stack.of(recurrence, weights.part("network"), options.layers, options.bidirectional)
        if stack.layers[-1].forward_chain.hidden_size != options.hidden:
            raise ValueError("hidden: the size differs from the options")
        self._stack = stack.in_int8() if int8 else stack
        self._heads = {
            kind: (CRFHead if options.crf == kind else SoftmaxHead)(
                weights.part(f"heads.{kind}"), len(labels), int8
            )
            for kind, labels in facts.labels.items()
        }
        self._names = {kind: np.array(labels, dtype=object) for kind, labels in facts.labels.items()}
        _check_sizes(options, facts, weights)
        self.predict([Sentence(["a"])], tuple(self._heads))  # raises ValueError if layers do not fit together

    def predict(self, sentences: Sequence[Sentence], kinds: Sequence[str]) -> list[dict[str, list[str]]]:
        """The most probable label of each kind for every word, in the order of the sentences."""
        asked, kinds = kinds, with_given(self.facts, kinds)
        count = sum(len(sentence.words) for sentence in sentences)
        # One more place, for padding.
        best_N = {kind: np.empty(count + 1, dtype=np.int64) for kind in kinds}
        together, words_N = combinations_of(self.facts, kinds), batch_words(self.facts, sentences)
        for rows_BT, logits in self._batches(sentences, kinds):
            words = words_N[rows_BT.T.ravel()]
            for kind, ids_N in self._best(together, logits, words).items():
                best_N[kind][rows_BT.T.ravel()] = ids_N
        names = label_names(sentences, self._names, {kind: best_N[kind][:count] for kind in asked})
        return list(by_sentence(sentences, names))

    def _best(
        self, together: Combinations | None, logits: dict[str, Array], words: Iterable[str]
    ) -> dict[str, Ids]:
        """The labels of one batch, one for each word."""
        best = {kind: self._heads[kind].best(logits_TBL) for kind, logits_TBL in logits.items()}
        return resolve(self.facts, together, best, logits, words)

    def predict_top(self, sentences: Sequence[Sentence], top: int) -> list[dict[str, list[Ranked]]]:
        """The `top` most probable labels of each kind for every word, each with its calibrated probability."""
        count = sum(len(sentence.words) for sentence in sentences)
        words = [word for sentence in sentences for word in sentence.words]
        ranked: dict[str, list[Ranked]] = {kind: [[]] * (count + 1) for kind in self._heads}
        together = combinations_of(self.facts, tuple(self._heads))
        words_N = batch_words(self.facts, sentences)
        for rows_BT, logits in self._batches(sentences, tuple(self._heads)):
            rows_N = rows_BT.T.ravel().tolist()
            best = self._best(together, logits, words_N[rows_N])
            for kind, logits_TBL in logits.items():
                p_TBL = self._heads[kind].probabilities(logits_TBL)
                p_NL = p_TBL.reshape(-1, p_TBL.shape[-1])
                for row, p_L, first in zip(rows_N, p_NL, best[kind].tolist(), strict=True):
                    ids_K = np.argsort(-p_L, kind="stable")[:top]
                    word = words[row] if row < count else ""
                    ranked[kind][row] = ranked_labels(kind, word, self._names[kind], p_L, ids_K, first)
        return list(by_sentence(sentences, ranked))

    def _batches(self, sentences: Sequence[Sentence], kinds: Sequence[str]) -> Iterator[_Batch]:
        """Yield the logits of all words, without padding for a CRF, which would treat it as words."""
        words = list(chain.from_iterable(sentence.words for sentence in sentences))
        prepared_U, index_N = self._prepared(words)
        mixed = not any(isinstance(self._heads[kind], CRFHead) for kind in kinds)
        for rows_BT, lengths_B in batches([len(sentence.words) for sentence in sentences], mixed):
            z_TBH = self._stack.from_table(prepared_U, index_N[rows_BT].T, lengths_B)
            yield _Batch(rows_BT, {kind: self._heads[kind](z_TBH) for kind in kinds})

    def _prepared(self, words: Sequence[str]) -> tuple[list[Array], Ids]:
        """The prepared rows of distinct words, and the row of each word; padding may have any row."""
        distinct = sorted(dict.fromkeys(words), key=len)
        parts = [
            self._stack.prepare(self._embedding(self._index.arrays(distinct[start : start + TABLE_WORDS])))
            for start in range(0, len(distinct), TABLE_WORDS)
        ]
        row = {word: number for number, word in enumerate(distinct)}
        index_N = np.fromiter(map(row.__getitem__, words), np.int64, len(words))
        return [np.concatenate(chain_parts) for chain_parts in zip(*parts, strict=True)], np.append(
            index_N, 0
        )


def _check_sizes(options: TaggerOptions, facts: TaggerFacts, weights: Weights) -> None:
    """Raise ValueError if the size of a table or a state differs from the options."""
    embedding, pieces = weights.part("embedding"), 0 if facts.subword is None else len(facts.subword)
    tables = {
        "words": (facts.kept + 2, options.word_size),
        "pieces.vectors": (pieces, options.piece_size),
        "characters.vectors": (len(facts.characters) + 2, options.char_size),
        "affixes.vectors": (sum(map(len, facts.affixes)) + 2, options.affix_size),
    }
    for name, (count, size) in tables.items():
        if size and count:
            embedding.table(f"{name}.weight", count, size)
