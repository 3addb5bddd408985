"""Predictions of the shipped segmenter for each character."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray
from seqkit_segmenter.stream import StreamSegmenter

from seqkit.tasks.segmenting import load_segmenter, own_segmenter

TYPED = "i'll be there at 5 p.m. don't wait for me"
"""An informal text."""


def probabilities(text: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """P(a token ends) and P(a sentence ends) at each character."""
    segmenter = cast(StreamSegmenter, load_segmenter(str(own_segmenter("en-tagger"))))
    [labels] = segmenter.labels([text])
    exp_TL = np.exp(labels.ends_TL - labels.ends_TL.max(1, keepdims=True))
    white_T = np.array([letter.isspace() for letter in text])
    token_T = np.where(white_T, 0.0, 1 - exp_TL[:, 0] / exp_TL.sum(1))
    return token_T, 1 / (1 + np.exp(-labels.stops_T.astype(np.float64).clip(-50)))
