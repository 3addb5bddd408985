"""Confidence of outputs, familiarity of their sources, and translations in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seqkit.examples import Translation
from seqkit.inference.outputs import Output, Source
from seqkit.text.placeholders import replaced
from seqkit.text.protected import protected

if TYPE_CHECKING:
    from seqkit.inference.confidence import Calibrated


def with_confidence(
    models: Sequence[Any], sources: Sequence[Source | None], outputs: Sequence[list[Output]], name: str
) -> list[list[Output]]:
    """The outputs with their confidence, for a single model that is calibrated. Args: name, or folder, of the model."""
    from seqkit.inference.confidence import calibration_of

    calibrated = calibration_of(name) if name and len(models) == 1 else None
    if calibrated is None:
        return list(outputs)
    return [
        _judged(models[0], calibrated, source, own) if source and own else own
        for source, own in zip(sources, outputs, strict=True)
    ]


def _judged(model: Any, calibrated: Calibrated, source: Source, outputs: Sequence[Output]) -> list[Output]:
    """The outputs of a source with their confidence; parts copied without the model count as certain."""
    ((encoder, text),) = source.items()
    level = calibrated.level(model.encoders[encoder].labels(_without_protected(text)))
    familiarity = calibrated.facts.familiarity(level)
    return [
        one._replace(confidence=1.0, familiarity=1.0)
        if one.log_prob == 0
        else one._replace(confidence=calibrated.facts.of(one.log_prob, one.length), familiarity=familiarity)
        for one in outputs
    ]


def _without_protected(text: str) -> str:
    """A line without its addresses, numbers and code, which do not depend on its language."""
    return replaced(text, [(part, " ") for part in protected(text)])


def translation_of(output: Output) -> Translation:
    """An output in the form of writers."""
    return Translation(
        str(output.value),
        output.score,
        output.log_prob,
        output.confidence,
        output.familiarity,
        output.agreement,
        is_doubtful(output),
    )


def is_doubtful(output: Output) -> bool:
    """Whether a protected part was forced, the confidence is low, or the source is unlike the training data."""
    from seqkit.inference.confidence import LEAST_CONFIDENCE, LEAST_FAMILIARITY

    if output.confidence is None or output.familiarity is None:
        return not output.kept
    low = output.confidence < LEAST_CONFIDENCE or output.familiarity < LEAST_FAMILIARITY
    return low or not output.kept
