"""The front matter of model cards, as the library of the Hugging Face Hub reads it."""

from __future__ import annotations

import pytest

from seqkit.evaluation.metric import Metric
from seqkit.training.card_metadata import CardMetadata

hub = pytest.importorskip("huggingface_hub", reason="needs the extra `hub`")


def read(**given):
    """The metadata, read by the Hub's own library."""
    plain = {
        "name": "A tagger",
        "languages": ["en"],
        "licence": "CC BY-SA 4.0",
        "tags": ["token-classification"],
    }
    lines = CardMetadata(**{**plain, **given}).lines()
    return hub.ModelCard("\n".join(lines) + "\n\n# A tagger\n").data


def test_the_hub_reads_every_field():
    scores = [Metric("upos", 0.9592, (0.95, 0.97)), Metric("xpos", 0.5)]
    data = read(
        tags=["token-classification", "part-of-speech"],
        corpus="ud-english-ewt",
        scores=scores,
        base="hf://o/n@v1",
    )
    assert (data.language, data.license, data.library_name) == ("en", "cc-by-sa-4.0", "seqkit")
    assert data.pipeline_tag == "token-classification" and data.tags == [
        "token-classification",
        "part-of-speech",
    ]
    assert (
        data.datasets == ["ud-english-ewt"] and data.metrics == ["upos", "xpos"] and data.base_model == "o/n"
    )
    found = [
        (one.metric_type, one.metric_value, one.dataset_type, one.task_type) for one in data.eval_results
    ]
    assert found == [
        ("upos", 0.9592, "ud-english-ewt", "token-classification"),
        ("xpos", 0.5, "ud-english-ewt", "token-classification"),
    ]


@pytest.mark.parametrize("language", ["no", "on", "y", "en", "zh-Hant", "x: y", "1", "'", "\u2028"])
def test_a_language_stays_a_text(language):
    assert read(languages=[language]).language == language
    assert read(languages=["de", language]).language == ["de", language]


@pytest.mark.parametrize(
    ("licence", "id", "name"),
    [
        ("MIT", "mit", None),
        ("CC BY 2.0 FR", "other", "cc-by-2.0-fr"),
        ("that of the training data", "other", "that-of-the-training-data"),
    ],
)
def test_a_licence_that_the_hub_does_not_know_is_other_with_its_name(licence, id, name):
    data = read(licence=licence)
    assert data.license == id and data.get("license_name") == name


def test_a_model_without_scores_has_no_results():
    assert read().eval_results is None and "metrics" not in read().to_dict()
    assert read(tags=["sequence-to-sequence"]).pipeline_tag is None
