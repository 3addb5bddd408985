"""Evaluate the confidence of a translator: `python benchmarks/confidence.py MODEL CORPUS SOURCE TARGET`.

Compares lines of the model's own corpus with lines of other domains: corpora of pairs (`--other`), and text without
translations (`--text FILE`, one sentence per line). Prints the areas under the ROC curve with which the domains are
distinguished by confidence, by familiarity, and by length and casing (fitted on half of the lines, measured on the
others); and for pairs the expected calibration error and Spearman's rho with chrF.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics import CHRF

from seqkit.data.pairs import read_pairs
from seqkit.decoding.options import DecodingOptions
from seqkit.evaluation.calibration import expected_calibration_error
from seqkit.evaluation.report import markdown_row
from seqkit.examples import RecordErrors
from seqkit.inference.confidence import calibration_of
from seqkit.models.artifact import load_for
from seqkit.tasks.seq2seq.apply import LineHandling, translate_lines

Numbers = NDArray[np.float64]
STEPS = 200


class Domain(NamedTuple):
    """Lines of one domain with the scores of their translations."""

    name: str
    lines: list[str]
    confidence: Numbers
    familiarity: Numbers
    chrf: Numbers | None
    """None without references."""


def ranks(x_N: Numbers) -> Numbers:
    """Ranks from 1; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(x_N, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean: Numbers = (last - (counts - 1) / 2)[inverse]
    return mean


def auroc(inside_N: Numbers, outside_N: Numbers) -> float:
    """Probability that an in-domain line has the higher value (Mann and Whitney)."""
    n, m = len(inside_N), len(outside_N)
    rank = ranks(np.concatenate([inside_N, outside_N]))
    return float((rank[:n].sum() - n * (n + 1) / 2) / (n * m))


def rho(x_N: Numbers, y_N: Numbers) -> float:
    """Spearman's rank correlation."""
    return float(np.corrcoef(ranks(x_N), ranks(y_N))[0, 1])


def surface(lines: Sequence[str]) -> Numbers:
    """Length, its square, and casing of lines."""
    words = [len(line.split()) for line in lines]
    upper = [
        sum(word[:1].isupper() for word in line.split()) / max(count, 1)
        for line, count in zip(lines, words, strict=True)
    ]
    first = [line[:1].isupper() for line in lines]
    return np.stack(
        [np.ones(len(lines)), np.log1p(words), np.log1p(words) ** 2, upper, first], axis=1
    ).astype(float)


def baseline(inside: Sequence[str], outside: Sequence[str]) -> float:
    """AUROC of a logistic regression on length and casing: fitted on every other line, measured on the rest."""
    A_NF = np.concatenate([surface(inside[::2]), surface(outside[::2])])
    y_N = np.repeat([1.0, 0.0], [len(inside[::2]), len(outside[::2])])
    w_F = np.zeros(A_NF.shape[1])
    for _ in range(STEPS):
        p_N = 1 / (1 + np.exp(-A_NF @ w_F))
        hessian = (A_NF * (p_N * (1 - p_N))[:, None]).T @ A_NF + 1e-3 * np.eye(len(w_F))
        w_F = w_F - 0.5 * np.linalg.solve(hessian, A_NF.T @ (p_N - y_N) + 1e-3 * w_F)
    return auroc(surface(inside[1::2]) @ w_F, surface(outside[1::2]) @ w_F)


def domain(
    name: str, model: str, loaded: Sequence[object], pairs: Sequence[tuple[str, str | None]]
) -> Domain:
    """Translate the lines of a domain."""
    lines = [source for source, _ in pairs]
    outputs = translate_lines(loaded, lines, DecodingOptions(), LineHandling(model=model))
    found = [own[0] for own in outputs]
    chrf, metric = None, CHRF()
    if all(target is not None for _, target in pairs):
        scores = [
            metric.sentence_score(one.text, [str(t)]).score for one, (_, t) in zip(found, pairs, strict=True)
        ]
        chrf = np.array(scores)
    confidence, familiarity = (np.array([one[place] for one in found], float) for place in (3, 4))
    return Domain(name, lines, confidence, familiarity, chrf)


def main() -> None:
    """Print a row for each domain."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("model", "corpus", "source", "target"):
        parser.add_argument(name)
    parser.add_argument("--split", default="dev")
    parser.add_argument("--other", action="append", default=[], help="corpus of another domain; repeatable")
    parser.add_argument("--text", action="append", default=[], help="file of sentences of another domain")
    given = parser.parse_args()
    calibrated = calibration_of(given.model)
    if calibrated is None:
        raise SystemExit(f"{given.model}: not calibrated; run seqkit calibrate first")
    loaded = [load_for("seq2seq", given.model)]
    domains = []
    for corpus in (given.corpus, *given.other):
        read = read_pairs(corpus, given.split, given.source, given.target, RecordErrors())
        pairs = [(str(pair.sources["text"]), str(pair.target)) for pair in read]
        domains.append(domain(corpus, given.model, loaded, pairs))
    for path in given.text:
        with open(path, encoding="utf-8") as file:
            texts = [(line.strip(), None) for line in file if line.strip()]
        domains.append(domain(path, given.model, loaded, texts))
    inside, threshold = domains[0], calibrated.facts.threshold
    columns = (
        "lines",
        "AUROC: confidence",
        "familiarity",
        "length and casing",
        "calibration error, %",
        "rho",
    )
    print(markdown_row("domain", *columns))
    print(markdown_row(*["---"] * 7))
    for own in domains:
        areas = ["", "", ""]
        if own is not inside:
            values = (
                auroc(inside.confidence, own.confidence),
                auroc(inside.familiarity, own.familiarity),
                baseline(inside.lines, own.lines),
            )
            areas = [f"{value:.3f}" for value in values]
        measured = ["", ""]
        if own.chrf is not None:
            good = (own.chrf > threshold).astype(float)
            measured = [
                f"{100 * expected_calibration_error(own.confidence, good):.1f}",
                f"{rho(own.confidence, own.chrf):.2f}",
            ]
        print(markdown_row(own.name, f"{len(own.lines):,}", *areas, *measured))


if __name__ == "__main__":
    main()
