"""The task `segmentation`: train, evaluate and apply segmenters. Imports no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seqkit_segmenter.application import AppliedSegmenter

if TYPE_CHECKING:
    from seqkit.tasks import EvaluationRequest, Prepared, Report, TrainingRequest
    from seqkit_segmenter.stream import StreamSegmenter


class SegmentationTask(AppliedSegmenter):
    """The task of finding the ends of tokens and sentences."""

    name = "segmentation"

    def prepare(self, request: TrainingRequest, reporter: Any) -> Prepared:
        """Read the treebank, collect characters, runs and multiword tokens, create the network."""
        from seqkit_segmenter.preparing import prepare_segmenter

        return prepare_segmenter(request, reporter)

    def load(self, name_or_folder: str, inference_dtype: str = "") -> StreamSegmenter:
        """Load a segmenter."""
        from seqkit.models.artifact import load_for
        from seqkit_segmenter.segmenter import in_torch

        return in_torch(load_for(self.name, name_or_folder, inference_dtype), inference_dtype)

    def evaluate(self, request: EvaluationRequest) -> Report:
        """F1 of words, sentences, tokens and multiword tokens."""
        from seqkit_segmenter.evaluate import evaluate_segmenter

        return evaluate_segmenter(request)
