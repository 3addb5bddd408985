"""How far translations can be trusted: confidence of each output, familiarity of its source, and what is in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seqkit.examples import Translation
from seqkit.inference.outputs import Output, Source


def with_confidence(
    models: Sequence[Any], sources: Sequence[Source | None], outputs: Sequence[list[Output]], name: str
) -> list[list[Output]]:
    """The outputs with their confidence, for a single model that is calibrated. Args: name, or folder, of the model."""
    from seqkit.inference.confidence import calibration_of

    calibrated = calibration_of(name) if name and len(models) == 1 else None
    if calibrated is None:
        return list(outputs)
    (encoder,) = models[0].encoders
    found = []
    for source, own in zip(sources, outputs, strict=True):
        level = (
            calibrated.level(models[0].encoders[encoder].labels(source[encoder])) if source and own else 0.0
        )
        familiarity = calibrated.facts.familiarity(level)
        found.append(
            [
                one._replace(
                    confidence=calibrated.facts.of(one.log_prob, one.length), familiarity=familiarity
                )
                for one in own
            ]
        )
    return found


def translation_of(output: Output) -> Translation:
    """An output as writers take it."""
    return Translation(
        str(output.value),
        output.score,
        output.log_prob,
        output.confidence,
        output.familiarity,
        is_doubtful(output),
    )


def is_doubtful(output: Output) -> bool:
    """Whether a protected part was forced, the confidence is low, or the source is unlike the training data."""
    from seqkit.inference.confidence import LEAST_CONFIDENCE, LEAST_FAMILIARITY

    if output.confidence is None or output.familiarity is None:
        return not output.kept
    low = output.confidence < LEAST_CONFIDENCE or output.familiarity < LEAST_FAMILIARITY
    return low or not output.kept
