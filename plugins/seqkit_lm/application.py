"""Apply language models to files of prompts."""

from __future__ import annotations

from typing import Any

import numpy as np

from seqkit.tasks import Chunk, Limits
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
    seed = int(np.random.SeedSequence((options.seed, number)).generate_state(1)[0])
    draw = GenerationOptions(options.length, options.temperature, options.top_p, seed, options.count)
    found = list(continuations(model, prompt, draw))
    if options.count == 1:
        return {"continuation": found[0].text, "log_prob": round(found[0].log_prob, 6)}
    return {
        "continuation": [one.text for one in found],
        "log_prob": [round(one.log_prob, 6) for one in found],
    }
