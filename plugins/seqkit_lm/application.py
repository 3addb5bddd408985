"""Apply language models to prompts: those of files, one on the command line, or one in Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seqkit.tasks import Chunk, Limits
from seqkit.tasks.text_records import FieldWriter, TextItem
from seqkit_lm import LMApplication
from seqkit_lm.generation import GenerationOptions, continuations

LIMITS = Limits(records=100, size=100_000)
PARTS = Limits(records=100, size=1 << 20)


def continue_chunk(model: Any, chunk: Chunk, options: LMApplication) -> list[dict[str, Any]]:
    """Sample continuations of each prompt: `continuation` and `log_prob`, which are lists if there are several.

    The samples depend only on the seed and the number of the prompt in its file.
    """
    return [_continued(model, item.text, item.number, options) for item in chunk.items]


def _continued(model: Any, prompt: str, number: int, options: LMApplication) -> dict[str, Any]:
    draw = GenerationOptions(
        options.length, options.temperature, options.top_p, _seed(options.seed, number), options.count
    )
    found = list(continuations(model, prompt, draw))
    if options.count == 1:
        return {"continuation": found[0].text, "log_prob": found[0].log_prob}
    return {"continuation": [one.text for one in found], "log_prob": [one.log_prob for one in found]}


def _seed(seed: int, number: int) -> int:
    """The seed of a prompt: that of the user for the first one, as for a single prompt."""
    return int(np.random.SeedSequence((seed, number)).generate_state(1)[0]) if number else seed


def texts_of(output: Mapping[str, Any]) -> list[tuple[str, float]]:
    """The texts of an output with their log-probabilities, also of a single one."""
    texts, log_probs = output["continuation"], output["log_prob"]
    return [(texts, log_probs)] if isinstance(texts, str) else list(zip(texts, log_probs, strict=True))


class ContinuationWriter(FieldWriter):
    """Writes each record with its continuations, and log-probabilities to six digits."""

    def write(self, number: int, item: TextItem, output: Mapping[str, Any]) -> int:
        """Write one record."""
        log_prob = output["log_prob"]
        several = isinstance(log_prob, list)
        rounded = [round(one, 6) for one in log_prob] if several else round(log_prob, 6)
        return super().write(number, item, {**output, "log_prob": rounded})
