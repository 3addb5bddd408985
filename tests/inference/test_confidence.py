"""Confidence and familiarity: computation, stored parameters, and doubtful outputs."""

from __future__ import annotations

import json
import math
import shutil

import numpy as np
import pytest

import seqkit
from seqkit.errors import SeqkitError
from seqkit.inference.confidence import (
    COUNTS,
    FACTS,
    Calibrated,
    Confidence,
    calibration_of,
    counted,
    mean_level,
)
from seqkit.inference.outputs import Output
from seqkit.models.folder import model_folder
from seqkit.tasks.seq2seq.command_doubts import MARK, Doubts
from seqkit.tasks.seq2seq.doubt import is_doubtful, translation_of

FACTS_MADE = Confidence("chrF2", 40.0, 0.5, 2.0, 3.0, 500, 0.02, (0.0, 1.0, 2.0, 4.0, 8.0))


def test_levels_are_logarithms_of_counts():
    lines = [["a", "b"]] * 7 + [["a", "c"]] * 1
    counts = counted(lines)
    # Pairs: bound a 8, a b 7, b bound 7; floor(log2(1 + n)) = 3, 3, 3.
    assert mean_level(counts, ["a", "b"]) == 3.0
    assert mean_level(counts, ["a", "c"]) == (3 + 1 + 1) / 3
    assert mean_level(counts, ["x", "y"]) == 0.0


def test_probability_and_share():
    assert FACTS_MADE.of(-8.0, 4) == pytest.approx(1 / (1 + math.exp(4)))  # 2 - 3 √(8 / √4)
    assert [FACTS_MADE.familiarity(level) for level in (-1, 0, 2, 3, 9)] == [0, 0, 0.5, 0.625, 1]


def test_what_is_saved_is_read(tmp_path):
    shutil.copytree(model_folder("de-en"), tmp_path / "model")
    Calibrated(FACTS_MADE, counted([["a", "b"]])).save(tmp_path / "model")
    found = calibration_of(str(tmp_path / "model"))
    assert found is not None and found.facts == FACTS_MADE and found.level(["a", "b"]) == 1.0
    (tmp_path / "model" / FACTS).write_text(json.dumps({"metric": "chrF2"}))
    with pytest.raises(SeqkitError, match="not written by `seqkit calibrate`"):
        calibration_of(str(tmp_path / "model"))


@pytest.mark.parametrize("name", ["de-en", "en-de"])
def test_shipped_translators_are_calibrated(name):
    found = calibration_of(name)
    assert found is not None and found.facts.pairs > 1000 and found.facts.error < 0.04
    assert (model_folder(name) / COUNTS).stat().st_size <= 200_000
    assert np.all(np.diff(found.facts.quantiles) >= 0)


def test_an_everyday_sentence_is_trusted_and_a_strange_one_is_not():
    near, far = seqkit.translate(
        [
            "Der Hund schläft im Garten.",
            "Bundesverfassungsgerichtliche Rechtsprechungsänderungen erfordern Novellierung.",
        ]
    )
    assert near.confidence > 0.6 and near.familiarity > 0.3 and not near.doubtful
    assert far.familiarity < 0.05 and far.doubtful
    link, with_link = seqkit.translate(["https://x.org/a", "Der Hund schläft im Garten https://x.org/a."])
    assert link.confidence == 1 and not link.doubtful and with_link.familiarity > 0.2


def test_doubts_are_counted_and_marked():
    trusted = translation_of(Output("good", -1.0, -0.1, 10, True, 0.9, 0.5))
    strange = translation_of(Output("odd", -9.0, -0.9, 10, True, 0.8, 0.01))
    forced = translation_of(Output("12", -9.0, -0.9, 10, False))
    assert [one.doubtful for one in (trusted, strange, forced)] == [False, True, True]
    assert is_doubtful(Output("bad", -9.0, -0.9, 10, True, 0.05, 0.9))
    doubts = Doubts(marks=True)
    seen = [doubts.see([one])[0].text for one in (trusted, strange, forced)]
    assert seen == ["good", "odd" + MARK, "12" + MARK] and doubts.see([]) == []
    assert (
        doubts.summary() == "2 of 3 lines are in doubt, 1 of them unlike anything in training; see --scores"
    )
    assert Doubts(marks=False).see([strange])[0].text == "odd" and Doubts(marks=False).summary() == ""
