"""Scores as tables and JSON, and as pictures."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from ud_oracle import perturbed_labels

from seqkit.data.catalogue import read_sentences
from seqkit.evaluation import plots
from seqkit.evaluation.metric import POINTS, Metric
from seqkit.evaluation.pictures import letters_of_any_script
from seqkit.evaluation.plots import confusion_matrix, learning_curve
from seqkit.evaluation.raw import RawScore, RawScores
from seqkit.evaluation.tagging import Accuracy, KindScores, TaggingScores, score_tagging
from seqkit.examples import RecordErrors
from seqkit.tasks.tagging.report import raw_tables, tagging_tables
from seqkit.tasks.tagging.report_json import raw_dict, tagging_dict
from seqkit.training.state import Progress

RAW = RawScores({"Tokens": RawScore(9, 10, 12), "UPOS": RawScore(6, 10, 12, 8)}, silver="en_tiny 1.2")


@pytest.fixture
def scores() -> TaggingScores:
    gold = list(read_sentences("sample-english", "test", RecordErrors()))
    kinds = ["upos", "xpos", "feats"]
    return score_tagging(gold, perturbed_labels(gold, 1), kinds, {"the"}, {"upos": ["the"]})


def cells(tables, title: str) -> dict[str, list[str]]:
    (table,) = [table for table in tables if table.title.startswith(title)]
    assert all(len(row) == len(table.header) for row in table.rows)
    return {row[0]: row[1:] for row in table.rows}


def test_tables_hold_the_scores(scores):
    tables = tagging_tables(scores)
    upos = scores.kinds["upos"]
    accuracies = cells(tables, "Accuracy")
    assert list(accuracies) == ["upos", "xpos", "feats", "ufeats", "all"]
    assert accuracies["upos"][0] == f"{100 * upos.overall.right / upos.overall.total:.2f}"
    assert accuracies["all"][-1] == "–"
    assert cells(tables, "Counted on")["upos"][0] == str(scores.words)
    matrix = cells(tables, "upos: gold in rows")
    assert sum(int(cell) for row in matrix.values() for cell in row if cell != "–") == scores.words
    assert matrix["NOUN"][list(matrix).index("NOUN")] == str(upos.confusion["NOUN", "NOUN"])
    assert any("confusions" in table.title and table.title.startswith("feats") for table in tables)


def test_json_has_all_results(scores):
    data = json.loads(json.dumps(tagging_dict(scores)))
    upos = data["kinds"]["upos"]
    assert upos["overall"]["accuracy"] == scores.kinds["upos"].overall.value
    assert sum(item["words"] for item in upos["confusion"]) == data["words"] == scores.words
    assert sum(label["support"] for label in upos["labels"].values()) == scores.words
    assert upos["macro_f1"] == pytest.approx(
        sum(x["f1"] for x in upos["labels"].values()) / len(upos["labels"])
    )
    assert data["silver"] is None


def test_raw_scores_in_both():
    assert raw_tables(RAW)[0].rows[1] == ["UPOS", "50.00", "60.00", "54.55", "75.00"]
    assert raw_dict(RAW)["metrics"]["Tokens"]["precision"] == 0.75


def test_every_rendering_names_silver_labels(scores):
    silver = replace(scores, silver="en_tiny 1.2")
    for table in [*tagging_tables(silver), *raw_tables(RAW)]:
        assert "SILVER" in table.title and "en_tiny 1.2" in table.title
    assert tagging_dict(silver)["silver"] == raw_dict(RAW)["silver"] == "en_tiny 1.2"
    assert not any("SILVER" in table.title for table in tagging_tables(scores))


def size_of_png(path) -> tuple[int, int]:
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n") and data[-8:-4] == b"IEND"
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def test_confusion_picture_grows_with_the_labels(tmp_path):
    few = {("A", "A"): 3, ("A", "B"): 1, ("B", "B"): 2, ("B", "never in gold"): 1}
    many = {(f"L{number}", f"L{number % 7}"): number + 1 for number in range(60)}
    for name, confusion in {"few": few, "many": many}.items():
        score = KindScores(*[Accuracy()] * 5, confusion=Counter(confusion))
        confusion_matrix(score, name, tmp_path / f"{name}.png")
    assert size_of_png(tmp_path / "few.png") < size_of_png(tmp_path / "many.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["few.png", "many.png"]


@pytest.mark.parametrize(("suffix", "start"), [(".pdf", b"%PDF"), (".svg", b"<?xml")])
def test_a_plot_has_the_format_of_its_suffix_and_is_reproducible(tmp_path, suffix, start):
    score = KindScores(*[Accuracy()] * 5, confusion=Counter({("A$", "A$"): 3, ("A$", "B"): 1}))
    pictures = [tmp_path / f"{name}{suffix}" for name in ("a", "b")]
    for picture in pictures:
        with letters_of_any_script():
            confusion_matrix(score, "few", picture)
    first, second = (picture.read_bytes() for picture in pictures)
    assert first.startswith(start) and first == second


def test_learning_curve_takes_what_columns_there_are(tmp_path):
    rows = [
        {"epoch": 1, "train_loss": 2.0, "train_accuracy": 0.3},
        {"epoch": 2, "train_loss": 1.0, "train_accuracy": 0.5},
    ]
    scores = [[list(Metric("upos", value))] for value in (0.4, 0.6)]
    runs = {"with": Progress(rows=rows, scores=scores), "without": Progress(rows=rows), "empty": Progress()}
    for name, progress in runs.items():
        learning_curve(progress, tmp_path / f"{name}.png")
    assert size_of_png(tmp_path / "with.png")[0] > 0 and size_of_png(tmp_path / "without.png")[0] > 0
    assert not (tmp_path / "empty.png").exists()


def test_learning_curve_distinguishes_losses_and_scores(tmp_path, monkeypatch):
    scores = [
        Metric("bleu", 0.1, unit=POINTS),
        Metric("perplexity", 2.718281828, higher_is_better=False, unit="", likelihood=True),
        Metric("log_likelihood", -250.0, unit="a step", likelihood=True),
    ]
    rows = [{"epoch": 1, "train_loss": 2.0, "train_accuracy": 0.3}]
    drawn = []
    monkeypatch.setattr(plots, "save_figure", lambda figure, _: drawn.append(figure))
    learning_curve(Progress(rows=rows, scores=[list(map(list, scores))]), tmp_path / "run.png")
    loss, score = ({line.get_label(): line.get_ydata()[0] for line in axes.lines} for axes in drawn[0].axes)
    assert loss == {"train loss (left)": 2.0, "dev loss (left)": pytest.approx(1.0)}
    assert score == {"train accuracy": 30.0, "dev bleu": 10.0}
