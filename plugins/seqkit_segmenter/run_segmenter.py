"""A segmenter that reads each run of characters by itself, in torch.

Shapes: R runs, T characters of one, K places, B windows, L labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seqkit.nn.fast_forms import Prepared
from seqkit.nn.placement import device_of
from seqkit.nn.recurrent import mask_of
from seqkit_segmenter.decode import Labels
from seqkit_segmenter.features import Ids
from seqkit_segmenter.model import SegmenterModel
from seqkit_segmenter.run_cache import RunInputs, RunResults
from seqkit_segmenter.run_stream import RunStreamSegmenter


class LearntRunSegmenter(RunStreamSegmenter[list[Prepared]]):
    """A trained segmenter in torch. Make it anew when the weights have changed."""

    def __init__(self, model: SegmenterModel) -> None:
        self.model, self.facts = model, model.facts

    def labels(self, texts: Sequence[str]) -> list[Labels]:
        was_training = self.model.training
        self.model.eval()
        with torch.inference_mode():
            found = super().labels(texts)
        self.model.train(was_training)
        return found

    def run_results(self, runs: RunInputs) -> RunResults:
        sizes_R = self._tensor(runs.sizes_R)
        z_RTH = self.model.states(self._tensor(runs.chars_RT), self._tensor(runs.classes_RT), sizes_R)
        z_KH = z_RTH[self._tensor(runs.run_of_K), self._tensor(runs.places_K)]
        of_places = map(self._tensor, (runs.runs_K, runs.shapes_K, runs.after_K))
        y_KE = self.model.place_inputs(z_KH, *of_places)
        ends_RTL = self.model.ends(z_RTH)
        return RunResults(
            _array(ends_RTL[mask_of(sizes_R, ends_RTL.shape[1])]),
            _array(y_KE),
        )

    def prepare(self, y_UE: NDArray[np.float32]) -> list[Prepared]:
        return self.model.context.prepare(self._tensor(y_UE))

    def context(
        self, prepared_U: list[Prepared], index_BK: Ids, counts_B: Ids
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        lengths_B = None if (counts_B == index_BK.shape[1]).all() else self._tensor(counts_B)
        u_BKC = self.model.context.forward_from_table(prepared_U, self._tensor(index_BK), lengths_B)
        assert self.model.ends_in_context is not None
        return _array(self.model.stop_logits(u_BKC)), _array(self.model.ends_in_context(u_BKC))

    def _tensor(self, array: NDArray[Any]) -> Tensor:
        return torch.from_numpy(array).to(device_of(self.model))


def _array(x: Tensor) -> NDArray[np.float32]:
    found: NDArray[np.float32] = x.float().cpu().numpy()
    return found
