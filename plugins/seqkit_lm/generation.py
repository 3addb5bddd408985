"""Continue texts with a language model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from seqkit.decoding.greedy import greedy
from seqkit.decoding.hypothesis import Hypothesis
from seqkit.decoding.sampling import sample
from seqkit.decoding.steps import Forced
from seqkit.nn.bfloat16 import products_in
from seqkit.text.piece_lines import one_line
from seqkit_lm.model import LanguageModel
from seqkit_lm.scoring import score_documents
from seqkit_lm.symbols import BOUNDARY, LINE_END, UNKNOWN, Symbols

COLDEST = 1e-4
"""Below this temperature the most probable symbol is chosen: log P / temperature would overflow."""
ROWS = 64
"""Maximum number of texts sampled in one batch, so that memory does not grow with their count."""


@dataclass(frozen=True)
class GenerationOptions:
    """Options of sampling."""

    length: int = 200
    """Maximum number of symbols after the prompt."""
    temperature: float = 1.0
    """Sampling temperature; 0 chooses the most probable symbol at each step."""
    top_p: float = 1.0
    seed: int = 1
    count: int = 1


class Continuation(NamedTuple):
    """A text, including the prompt."""

    text: str
    log_prob: float
    """ln P(text), including the end symbol if the text ended before the maximum length."""


def continuations(model: LanguageModel, prompt: str, options: GenerationOptions) -> Iterator[Continuation]:
    """Sample texts that begin with the prompt. Each depends on the seed and its index, not on their count.

    Unknown parts of the prompt are read as the unknown symbol, and written unchanged.
    """
    model.eval()
    prefix = prefix_of(model.facts.symbols, prompt)
    for first in range(0, options.count, ROWS):
        numbers = range(first, min(first + ROWS, options.count))
        found, log_probs = _drawn(model, prefix, options, numbers)
        texts = (_text(model.facts.symbols, prompt, prefix, symbols) for symbols in found)
        yield from map(Continuation, texts, log_probs)


@torch.inference_mode()
def _drawn(
    model: LanguageModel, prefix: list[int], options: GenerationOptions, numbers: range
) -> tuple[list[list[int]], list[float]]:
    """The symbols of the texts with these indices, and ln P of each."""
    forced = Forced([len(prefix) + options.length + 1], [prefix], model.end, model.V.device)
    with products_in(model.inference_dtype):
        found = [one.symbols for one in _search(model, forced, options, numbers)]
        return found, _log_probs(model, found, len(prefix) + options.length)


def _log_probs(model: LanguageModel, found: list[list[int]], longest: int) -> list[float]:
    """ln P of each text. The search includes forced ends, and counts forced unknown symbols as impossible."""
    documents = [np.array(symbols if len(symbols) == longest else [*symbols, BOUNDARY]) for symbols in found]
    return [-float(losses.sum()) for losses in score_documents(model, documents).losses]


def _text(symbols: Symbols, prompt: str, prefix: list[int], found: list[int]) -> str:
    """The text of the symbols; if the prompt has unknown symbols, the prompt itself and the text after it."""
    text = symbols.text(found)
    if UNKNOWN not in prefix:
        return text
    return "\n".join(_prompt_lines(symbols, prompt)) + text[len(symbols.text(prefix)) :]


def _search(
    model: LanguageModel, forced: Forced, options: GenerationOptions, numbers: range
) -> list[Hypothesis]:
    state = model.initial_state(1)
    if options.temperature < COLDEST:
        return greedy(model, state, forced, 0.0) * len(numbers)
    seeds = [[(options.seed, number) for number in numbers]]
    (drawn,) = sample(
        model, state, forced, seeds, temperature=options.temperature, top_p=options.top_p, length_penalty=0.0
    )
    return drawn


def prefix_of(symbols: Symbols, prompt: str) -> list[int]:
    """The symbols of a prompt; a line break in it ends a line."""
    lines = _prompt_lines(symbols, prompt)
    found: list[int] = []
    for number, line in enumerate(lines):
        found += symbols.encode(line) + ([LINE_END] if number < len(lines) - 1 else [])
    return found


def _prompt_lines(symbols: Symbols, prompt: str) -> list[str]:
    """The normalised lines of a prompt. The last line continues, so a space at its end is kept for characters."""
    lines = [one_line(line) for line in prompt.split("\n")]
    if symbols.unit == "characters" and lines[-1] and prompt[-1].isspace():
        lines[-1] += " "
    return lines
