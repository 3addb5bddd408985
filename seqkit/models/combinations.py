"""Decode kinds of label jointly: predict the most probable of the combinations in the training data.

Each kind has its own output layer, so the labels of a word may contradict each other: `declined` as VBD with
`VerbForm=Part`. argmax over the combinations c of Σ_k log P(y_k = c_k | x) never does. If the most probable labels
of all kinds are a combination of the training data, they are that maximum.

Shapes: N words, L labels of a kind, C combinations, K kinds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkit.examples import Sentence
from seqkit.labels.kinds import codes

Ids = NDArray[np.int64]


class Combinations:
    """The combinations of labels of several kinds that a word may have."""

    def __init__(self, kinds: Sequence[str], ids_CK: Sequence[Sequence[int]]) -> None:
        """Args: ids_CK, the number of each kind's label in each combination."""
        self.kinds = tuple(kinds)
        self._ids_CK: Ids = np.array(ids_CK, dtype=np.int64).reshape(-1, len(self.kinds))
        self._sizes: Ids = self._ids_CK.max(0, initial=0) + 1
        self._known: Ids = np.sort(self._keys(self._ids_CK.T))

    @classmethod
    def gather(
        cls, examples: Sequence[Sentence], labels: Mapping[str, Sequence[str]], kinds: Sequence[str]
    ) -> Combinations:
        """The combinations of words with a label of every kind.

        Args: labels, kind -> its values in the model.
        """
        number = {kind: {label: i for i, label in enumerate(labels[kind])} for kind in kinds}
        found: dict[tuple[int, ...], None] = {}
        for sentence in examples:
            if all(kind in sentence.labels for kind in kinds):
                rows = zip(*(codes(sentence, kind) for kind in kinds), strict=False)
                for row in dict.fromkeys(rows):
                    ids = tuple(number[kind].get(label, -1) for kind, label in zip(kinds, row, strict=True))
                    if -1 not in ids:
                        found[ids] = None
        return cls(kinds, sorted(found))

    def as_json(self) -> dict[str, Any]:
        """The combinations as JSON."""
        return {"kinds": list(self.kinds), "combinations": self._ids_CK.tolist()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Combinations:
        """Read the result of `as_json`."""
        return cls(data["kinds"], data["combinations"])

    def __len__(self) -> int:
        return len(self._ids_CK)

    def serve(self, kinds: Sequence[str]) -> bool:
        """Whether `kinds` has all jointly decoded kinds; else each kind is decoded separately."""
        return len(self) > 0 and set(self.kinds) <= set(kinds)

    def resolve(self, best: dict[str, Ids], logits: Mapping[str, NDArray[np.float32]]) -> None:
        """Replace labels that do not occur together in training by the most probable combination.

        Args: best, kind -> the most probable label of each word, (N,), changed in place; logits, kind -> (N, L).
        """
        wrong_N = np.flatnonzero(~self._allowed([best[kind] for kind in self.kinds]))
        if not len(wrong_N):
            return
        score_NC = sum(
            logits[kind][wrong_N][:, ids_C] for kind, ids_C in zip(self.kinds, self._ids_CK.T, strict=True)
        )
        chosen_N = np.asarray(score_NC).argmax(1)
        for place, kind in enumerate(self.kinds):
            best[kind][wrong_N] = self._ids_CK[chosen_N, place]

    def _allowed(self, ids: Sequence[Ids]) -> NDArray[np.bool_]:
        inside_N = np.logical_and.reduce([one < size for one, size in zip(ids, self._sizes, strict=True)])
        keys_N = self._keys(ids)
        place_N = np.searchsorted(self._known, keys_N).clip(max=len(self._known) - 1)
        return np.asarray(inside_N & (self._known[place_N] == keys_N))

    def _keys(self, ids: Sequence[Ids] | Ids) -> Ids:
        """One number for each combination of labels."""
        key: Ids = np.zeros_like(ids[0])
        for one, size in zip(ids, self._sizes.tolist(), strict=True):
            key = key * size + one
        return key
