"""Perplexity per word and bits per character of text, with intervals by bootstrap over lines.

Shapes: N lines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqkit import SeqkitError
from seqkit.evaluation.report import Table
from seqkit.evaluation.resampling import drawn_rates, interval
from seqkit.examples import RecordErrors
from seqkit.models.artifact import load_for
from seqkit.nn.bfloat16 import products_in
from seqkit.tasks import EvaluationRequest, Metric, Report
from seqkit_lm.data import Document, documents_in
from seqkit_lm.model import LanguageModel
from seqkit_lm.scoring import score_documents
from seqkit_lm.symbols import LINE_END, UNKNOWN


class LineCounts(NamedTuple):
    """Negative log-likelihood and size of each line; the end of a document counts with its last line."""

    nll_N: NDArray[np.float64]
    words_N: NDArray[np.int64]
    """Number of words between spaces, plus 1 for the end of the line."""
    characters_N: NDArray[np.int64]
    """Number of characters, including the end of the line."""
    symbols_N: NDArray[np.int64]
    unknown: int
    """Number of unknown symbols."""


def evaluate_lm(request: EvaluationRequest) -> Report:
    """Scores of a language model on text. Raises SeqkitError if there is none."""
    model = load_for("lm", request.model, request.inference_dtype)
    problems = RecordErrors(skip=request.skip_bad)
    documents = documents_in([request.source], request.split or "", problems)
    request.tell(problems.summary())
    if not documents:
        raise SeqkitError(f"{request.source}: holds no text to evaluate on", "Use a file with text.")
    counts = count_lines(model, documents)
    metrics = metrics_of(counts)
    if request.compare:
        rival = load_for("lm", request.compare, request.inference_dtype)
        others = count_lines(rival, documents)
        request.tell(_unknown(request, counts, others))
        metrics += compared(counts, others)
    return _report(request, model, documents, counts, metrics)


def count_lines(model: LanguageModel, documents: Sequence[Document]) -> LineCounts:
    """The negative log-likelihood of each line, and its size."""
    symbols = model.facts.symbols
    encoded = [np.array(symbols.document(document)) for document in documents]
    with products_in(model.inference_dtype):
        losses = score_documents(model, encoded).losses
    nll: list[float] = []
    sizes: list[int] = []
    for ids, losses_T in zip(encoded, losses, strict=True):
        line_T = np.cumsum(ids == LINE_END) - (ids == LINE_END)
        line_T = np.minimum(line_T, line_T.max(initial=0) - 1 if len(ids) > 1 else 0)
        nll += np.bincount(line_T, losses_T).tolist()
        sizes += np.bincount(line_T).tolist()
    lines = [line for document in documents for line in document]
    return LineCounts(
        np.array(nll),
        np.array([len(line.split(" ")) + 1 for line in lines]),
        np.array([len(line) + 1 for line in lines]),
        np.array(sizes),
        int(sum((ids == UNKNOWN).sum() for ids in encoded)),
    )


def metrics_of(counts: LineCounts) -> list[Metric]:
    """Perplexity per word (the main metric), bits per character, and perplexity per symbol."""
    parts: list[tuple[str, NDArray[Any], Any]] = [
        ("perplexity_per_word", counts.words_N, np.exp),
        ("bits_per_character", counts.characters_N, lambda nats: nats / math.log(2)),
        ("perplexity_per_symbol", counts.symbols_N, np.exp),
    ]
    found = []
    for name, sizes_N, view in parts:
        (drawn_S,) = drawn_rates(counts.nll_N[None], sizes_N)
        value = float(view(counts.nll_N.sum() / sizes_N.sum()))
        found.append(
            Metric(name, value, interval(view(drawn_S)), higher_is_better=False, unit="", likelihood=True)
        )
    return found


def compared(this: LineCounts, other: LineCounts) -> list[Metric]:
    """The difference in bits per character from another model, by paired bootstrap; negative if this one is better."""
    difference_N = (this.nll_N - other.nll_N) / math.log(2)
    (drawn_S,) = drawn_rates(difference_N[None], this.characters_N)
    value = float(difference_N.sum() / this.characters_N.sum())
    return [
        Metric("bits_per_character_minus_other", value, interval(drawn_S), higher_is_better=False, unit="")
    ]


def _unknown(request: EvaluationRequest, this: LineCounts, other: LineCounts) -> str:
    """A note if the models have different numbers of unknown symbols in the text, else "".

    The unknown symbol represents many symbols and is probable, so a model with more of them has a lower loss.
    """
    if this.unknown == other.unknown:
        return ""
    return (
        f"{request.model} does not know {this.unknown:,} symbols of the text, {request.compare} {other.unknown:,}: "
        "bits per character favour the model that knows fewer"
    )


def _report(
    request: EvaluationRequest,
    model: LanguageModel,
    documents: Sequence[Document],
    counts: LineCounts,
    metrics: list[Metric],
) -> Report:
    lines, words = len(counts.nll_N), int(counts.words_N.sum())
    unit, counted = model.facts.symbols.unit, f"{lines:,} lines, {words:,} words"
    sizes = {
        "documents": len(documents),
        "lines": lines,
        "words": words,
        "characters": int(counts.characters_N.sum()),
        "symbols": int(counts.symbols_N.sum()),
        "unknown": counts.unknown,
    }
    header = ["documents", "lines", "words and line ends", "characters", unit, "unknown"]
    facts = {"model": request.model, "source": request.source, "split": request.split, "unit": unit}
    return Report(
        title=f"{request.model} on {request.where}: {counted}",
        metrics=metrics,
        facts={**facts, **sizes},
        tables=[Table("Counted on", header, [[str(size) for size in sizes.values()]])],
        section=f"Scores on {request.where}",
        counted=counted,
    )
