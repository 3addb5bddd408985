"""`seqkit evaluate` renders a report as text, JSON and Markdown, and sets up the process before it loads a model."""

from __future__ import annotations

import json

import pytest
import toy

from seqkit.evaluation.metric import Metric
from seqkit.evaluation.report import MetricsPart, Report, Table, TablePart
from seqkit.models.artifact import save_model

METRICS = [
    Metric("chrf", 0.5, (0.25, 0.75)),
    Metric("length_error", 2.0, higher_is_better=False, unit="words"),
]
REPORT = Report(
    "m on d", METRICS, {"lines": 7}, [Table("More", ["a|b"], [["x|y"]])], "Scores on d", "7 lines"
)


def test_a_report_of_metrics_has_tables_json_markdown_and_a_card():
    scores, more = REPORT.shown
    assert scores.title == "Scores (length error: lower is better)" and more.title == "More"
    assert scores.rows == [["chrf", "50.00 %", "25.00–75.00"], ["length error", "2.000 words", "–"]]
    assert REPORT.data["lines"] == 7 and REPORT.data["metrics"]["chrf"]["interval_95"] == (0.25, 0.75)
    assert REPORT.data["metrics"]["length_error"]["higher_is_better"] is False
    lines = REPORT.markdown()
    assert lines[0] == "## m on d" and "| chrf | 50.00 % | 25.00–75.00 |" in lines and "| a\\|b |" in lines
    assert REPORT.card.title == "Scores on d" and REPORT.card.summary == "7 lines."
    assert list(REPORT.card.tables) == [scores] and scores.in_card


def test_parts_replace_the_metrics_and_the_card_has_the_tables_marked_for_it():
    own, row = Table("Own", ["a"], [["1"]]), {"all": 2}
    further = MetricsPart(METRICS[:1], "More", "more", in_card=False)
    report = Report("m on d", METRICS, {"n": 1}, parts=[TablePart("own", own, [row]), further])
    assert [table.title for table in report.shown] == ["Own", "More"]
    assert (
        report.data["n"] == 1 and report.data["own"] == [row] and report.data["more"]["chrf"]["value"] == 0.5
    )
    assert "metrics" not in report.data and report.card is None
    own = own._replace(in_card=True)
    assert list(Report("m on d", section="S", parts=[TablePart("own", own, [row]), further]).card.tables) == [
        own
    ]


@pytest.fixture(scope="module")
def tagger(tmp_path_factory):
    out = tmp_path_factory.mktemp("model") / "tagger"
    save_model(out, "rnn", toy.tiny("rnn"), card="# A model\n")
    return out


def test_markdown_has_the_rows_of_the_tables(seqkit, tagger):
    plain = seqkit("evaluate", tagger, "sample-english", "--split", "dev")
    marked = seqkit("evaluate", tagger, "sample-english", "--split", "dev", "--markdown")
    assert marked.code == 0 and marked.out.startswith(f"## {plain.out.splitlines()[0]}\n")
    (row,) = [line.split() for line in plain.out.splitlines() if line.startswith("upos ")][:1]
    assert f"| {' | '.join(row)} |" in marked.out
    both = seqkit("evaluate", tagger, "sample-english", "--markdown", "--json")
    assert both.code == 2 and "contradict each other" in both.err


def test_freed_memory_goes_back_before_a_model_is_loaded(seqkit, tagger, monkeypatch):
    from seqkit.models import artifact
    from seqkit.runtime import start
    from seqkit.runtime.allocator import TAGGING

    order = []
    monkeypatch.setattr(start, "return_freed_memory", lambda allocation: order.append(allocation))
    load = artifact.load_model
    monkeypatch.setattr(artifact, "load_model", lambda name: order.append("load") or load(name))
    found = seqkit("evaluate", tagger, "sample-english", "--split", "dev", "--json")
    assert json.loads(found.out)["sentences"] > 0
    assert order == [TAGGING, "load"]


def test_generate_sets_the_allocator_before_its_model_is_loaded(seqkit, monkeypatch, tmp_path):
    from lm_models import random_lines, untrained

    from seqkit.runtime import start
    from seqkit.runtime.allocator import SEARCH

    save_model(tmp_path / "lm", "lm", untrained([random_lines(20)]), card="# A model\n")
    order = []
    monkeypatch.setattr(start, "return_freed_memory", lambda allocation: order.append(allocation))
    assert seqkit("generate", "--model", tmp_path / "lm", "the", "--length", "3").code == 0
    assert order == [SEARCH]
