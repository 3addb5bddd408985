"""`seqkit calibrate` on a model of the toy language."""

from __future__ import annotations

import pytest
import toy_translation

from seqkit.errors import SeqkitError
from seqkit.inference.confidence import calibration_of
from seqkit.models.artifact import save_model
from seqkit.models.folder import verify
from seqkit.runtime import threads
from seqkit.tasks.seq2seq.command_calibrate import calibrate


@pytest.fixture
def files(tmp_path):
    save_model(tmp_path / "model", "seq2seq", toy_translation.trained(), "# A model\n")
    for name, count, seed in (("train", 300, 1), ("dev", 150, 2), ("few", 20, 3)):
        rows = [f"{pair.sources['text']}\t{pair.target}" for pair in toy_translation.pairs(count, seed)]
        (tmp_path / f"{name}.tsv").write_text("\n".join(["en\tde", *rows]) + "\n", encoding="utf-8")
    return tmp_path


def test_a_calibrated_model_is_whole_and_knows_its_language(files):
    calibrate(str(files / "model"), train=str(files / "train.tsv"), dev=str(files / "dev.tsv"), threads=2)
    assert threads._Compute.threads == 2
    found = calibration_of(str(files / "model"))
    assert found is not None and found.facts.pairs == 150 and found.facts.error < 0.2
    assert verify(files / "model") == [] and "## Confidence" in (files / "model" / "README.md").read_text()
    labels = toy_translation.trained().encoders["text"].labels
    assert found.level(labels("one two")) > found.level(labels("zwei eins"))


@pytest.mark.parametrize("given", [{"train": "train.tsv", "dev": "few.tsv"}, {"train": "train.tsv"}, {}])
def test_what_is_too_little_is_refused(files, given):
    with pytest.raises(SeqkitError, match=r"dev pairs are too few|no data to calibrate on"):
        calibrate(str(files / "model"), **{name: str(files / path) for name, path in given.items()})
    assert calibration_of(str(files / "model")) is None
