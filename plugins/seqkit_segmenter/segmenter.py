"""Run a segmenter over streams of text, in torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from seqkit.nn.bfloat16 import products_in
from seqkit_segmenter.decode import Labels
from seqkit_segmenter.features import Seen
from seqkit_segmenter.model import SegmenterModel, TextBatch, text_batch
from seqkit_segmenter.stream import StreamSegmenter


class LearntSegmenter(StreamSegmenter):
    """A trained segmenter in torch."""

    def __init__(self, model: SegmenterModel, inference_dtype: str = "") -> None:
        self.model, self.facts = model.eval(), model.facts
        self.inference_dtype = inference_dtype or model.inference_dtype

    def labels(self, texts: Sequence[str]) -> list[Labels]:
        was_training = self.model.training
        self.model.eval()
        with torch.inference_mode(), products_in(self.inference_dtype):
            found = super().labels(texts)
        self.model.train(was_training)
        return found

    def answers(self, seen: Sequence[Seen]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        device = self.model.threshold.device
        batch = TextBatch(*(part.to(device) for part in text_batch(seen)))
        ends_BTL, stops_BK = (logits.float().cpu().numpy() for logits in self.model(batch))
        return ends_BTL, stops_BK
