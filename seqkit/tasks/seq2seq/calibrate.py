"""Fit the confidence of a translator on dev, and count the pairs of pieces in its training data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqkit.data.pairs import read_pairs
from seqkit.decoding.options import DecodingOptions
from seqkit.errors import SeqkitError
from seqkit.evaluation.calibration import expected_calibration_error
from seqkit.evaluation.logistic import cross_validated, fitted
from seqkit.examples import Pair, RecordErrors
from seqkit.inference.confidence import BUCKETS, Calibrated, Confidence, certainty, counted, mean_level
from seqkit.models.artifact import load_for
from seqkit.models.folder import add_to_card, checksums, model_folder, write_manifest
from seqkit.tasks.seq2seq.apply import outputs_of
from seqkit.tasks.seq2seq.lines import LineHandling, handles

THRESHOLD = 70.0
"""chrF2 of a sentence from which a translation counts as good."""
LENGTH_POWER = 0.5
"""Between the mean for a symbol, which ranks lines of one kind best, and the sum, which best finds other kinds."""
QUANTILES = 101
FEWEST = 100
"""Dev pairs: from fewer the fit is too uncertain."""


def calibrate(name: str, train: str, dev: str, sides: tuple[str, str]) -> Confidence:
    """Calibrate a model and write the result into its folder. Args: train and dev, a corpus or files.

    Raises SeqkitError for a model that does not turn text into text, and for too few pairs.
    """
    model = load_for("seq2seq", name)
    if not handles([model]):
        raise SeqkitError(
            f"{name}: does not turn text into text", "Choose a translator of text.", exit_code=2
        )
    source, target = (
        given or own
        for given, own in zip(sides, (model.facts.source_language, model.facts.target_language), strict=True)
    )
    problems = RecordErrors(skip=True)
    read = [
        list(read_pairs(data, split, source, target, problems))
        for data, split in ((train, "train"), (dev, "dev"))
    ]
    if len(read[1]) < FEWEST:
        raise SeqkitError(f"{dev}: {len(read[1])} dev pairs are too few", f"Give at least {FEWEST}.")
    made = calibrated(model, name, *read)
    folder = model_folder(name)
    names = made.save(folder)
    write_manifest(folder, {*checksums(folder), *names})
    add_to_card(folder, "Confidence", card_lines(made.facts, train))
    return made.facts


def calibrated(model: Any, name: str, train: Sequence[Pair], dev: Sequence[Pair]) -> Calibrated:
    """Fit the confidence on dev, and count the pairs of pieces of the training sources."""
    from sacrebleu.metrics import CHRF

    (encoder,) = model.encoders
    labels = model.encoders[encoder].labels
    counts = counted(labels(str(pair.sources[encoder])) for pair in train)
    handling = LineHandling(model=name, confidence=False)
    outputs = list(outputs_of([model], [pair.sources for pair in dev], DecodingOptions(), handling=handling))
    both = [(pair, own[0]) for pair, own in zip(dev, outputs, strict=True) if own and own[0].length]
    x_N = np.array([certainty(one.log_prob, one.length, LENGTH_POWER) for _, one in both])
    chrf = CHRF()
    good_N = np.array(
        [chrf.sentence_score(str(one.value), [str(pair.target)]).score > THRESHOLD for pair, one in both],
        float,
    )
    intercept, slope = fitted(x_N, good_N)
    error = expected_calibration_error(cross_validated(x_N, good_N), good_N)
    levels = [mean_level(counts, labels(str(pair.sources[encoder]))) for pair in dev]
    quantiles = np.quantile(levels, np.linspace(0, 1, QUANTILES)).round(4)
    facts = Confidence(
        "chrF2",
        THRESHOLD,
        LENGTH_POWER,
        round(intercept, 5),
        round(slope, 5),
        len(both),
        round(error, 4),
        tuple(quantiles.tolist()),
    )
    return Calibrated(facts, counts)


def card_lines(facts: Confidence, train: str) -> list[str]:
    """The section of the model card. Args: train, the corpus or file."""
    error = f"{100 * facts.error:.1f} % (cross-validated)"
    return [
        f"- Made for lines such as those of {Path(train).name}; translations of others are marked as in doubt",
        f"- Confidence: the probability that {facts.metric} of a translation passes {facts.threshold:g}",
        f"- Fitted on {facts.pairs:,} dev pairs; expected calibration error {error}",
        "- Familiarity: the share of dev lines whose pairs of neighbouring pieces are rarer in the training data",
        f"- These pairs are counted in {BUCKETS:,} buckets",
    ]
