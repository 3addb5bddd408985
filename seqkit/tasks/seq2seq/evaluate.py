"""Evaluate a sequence-to-sequence model by the modalities of its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seqkit.data.items import reads_items
from seqkit.decoding.options import DecodingOptions
from seqkit.errors import SeqkitError
from seqkit.evaluation.metric import Metric
from seqkit.evaluation.report import Part, Report
from seqkit.models.artifact import load_for
from seqkit.models.modalities import SymbolDecoder
from seqkit.tasks.contract import EvaluationRequest
from seqkit.tasks.seq2seq.options import Seq2SeqEvaluation


@dataclass(frozen=True)
class Head:
    """The subject of the scores."""

    request: EvaluationRequest
    sides: str
    """`de to en`, or the modalities."""

    @property
    def decoding(self) -> dict[str, Any]:
        """The options of decoding, those not given at their defaults."""
        options = decoding_of(self.request.options)
        return {name: getattr(options, name) for name in ("beam", "length_penalty", "max_ratio")}

    @property
    def data(self) -> dict[str, Any]:
        """The options for JSON."""
        request = self.request
        return {
            "model": request.model,
            "source": request.source,
            "split": request.split,
            "sides": self.sides,
            "decoding": self.decoding,
        }

    def title(self, pairs: int) -> str:
        """A line above the tables."""
        request = self.request
        return f"{request.model} on {request.where}, {self.sides}: {pairs:,} pairs, {self._decoding}"

    def report(self, pairs: int, metrics: Sequence[Metric], parts: Sequence[Part]) -> Report:
        """The report on this number of pairs."""
        return Report(
            title=self.title(pairs),
            metrics=metrics,
            facts=self.data,
            section=f"Scores on {self.request.where}",
            counted=f"{pairs:,} pairs",
            note=f"Decoded with {self._decoding}.",
            parts=parts,
        )

    @property
    def _decoding(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.decoding.items())


def decoding_of(options: Seq2SeqEvaluation) -> DecodingOptions:
    """The options of the search, in words."""
    given = {name: getattr(options, name) for name in ("beam", "length_penalty", "max_ratio")}
    return DecodingOptions(**{name: value for name, value in given.items() if value is not None})


def evaluate_seq2seq(request: EvaluationRequest) -> Report:
    """Scores by modality: of text from text, of text from media, or of media."""
    from seqkit.tasks.seq2seq.evaluate_media import evaluate_media
    from seqkit.tasks.seq2seq.evaluate_text import evaluate_text

    translator = load_for("seq2seq", request.model, request.inference_dtype)
    if reads_items(request.source, list(translator.encoders), translator.options.decoder):
        return evaluate_media(translator, request)
    return evaluate_text(translator, request)


def check_reads_same(translator: Any, rival: Any, request: EvaluationRequest) -> None:
    """Raise SeqkitError for a rival with other modalities; report one with other languages."""
    name = request.compare
    if list(rival.encoders) != list(translator.encoders) or not isinstance(rival.decoder, SymbolDecoder):
        problem = f"--compare {name}: reads {', '.join(rival.encoders)} and writes {rival.options.decoder}"
        fix = f"Compare with a model from {', '.join(translator.encoders)} to text."
        raise SeqkitError(problem, fix, exit_code=2)
    own, others = (_direction(model) for model in (translator, rival))
    if own != others:
        request.tell(
            f"--compare {name}: was trained for {' to '.join(others)}, the model for {' to '.join(own)}"
        )


def _direction(model: Any) -> tuple[str, str]:
    return model.facts.source_language, model.facts.target_language
