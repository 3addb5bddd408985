"""The table of modalities: accepted settings, figures from `evaluate`, stored results."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from subprocess import CompletedProcess

import modalities
import pytest
from modalities import TASKS, Run, at, spread
from tables import Rows

from seqkit.config import parse_settings
from seqkit.evaluation.drawing import DrawingScores, judged
from seqkit.evaluation.recognition import score_recognition
from seqkit.evaluation.sacre import Tokenizer
from seqkit.extend.manager import registry
from seqkit.tasks.seq2seq.media_report import drawing_dict, recognition_dict
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request

ONE, TWO = "digit 5 is moving left and right", "digit 0 is going up and down"
BOTH = f"{ONE} and {TWO}"


def words_after(name: str, command: list[str]) -> list[str]:
    return [value for option, value in pairwise(command) if option == name]


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_a_training_that_seqkit_takes(name, tmp_path):
    command = Run(name, 7, 1.5, tmp_path).command
    settings = parse_settings(words_after("--set", command))
    (corpus,) = words_after("--corpus", command)
    request = make_request(arguments_of({"model": "seq2seq", "corpus": corpus}, [], settings))
    assert registry().find("corpora", corpus)
    assert (request.training.minutes, request.training.train_dtype) == (1.5, "bfloat16")
    assert words_after("--seed", command) == ["7"]
    assert words_after("--threads", command) == ["1"]


def test_figures_are_found_in_the_json_of_evaluate():
    read = score_recognition([ONE, TWO, ONE, BOTH], [ONE, ONE, ONE, BOTH], "en", Tokenizer("13a"))
    found = recognition_dict(read)
    shares = {name: at(found, path)["accuracy"] for name, path in TASKS["captions"].figures.items()}
    assert shares == {"one digit": pytest.approx(2 / 3), "two digits": 1}
    assert at(found, TASKS["fsdd-strings"].figures["word errors"])["rate"] == pytest.approx(4 / 36)
    told = [ONE, BOTH, BOTH]
    verdicts = [judged([ONE, BOTH, ONE], told), judged(told, told)]
    found = drawing_dict(DrawingScores(3, -1.0, *verdicts))
    shares = [at(found, path)["accuracy"] for path in TASKS["drawing"].figures.values()]
    assert shares == [0.5, 1, 1, 1]
    assert at(found, "drawn/exact_by_clauses/3") is None


def test_a_figure_is_the_mean_of_the_seeds_with_the_ends_of_their_intervals():
    seeds = [
        {"accuracy": 0.98, "interval_95": [0.96, 0.99], "total": 1000},
        {"accuracy": 0.95, "interval_95": [0.92, 0.97], "total": 1000},
    ]
    assert spread([*seeds, None]) == "96.50 (94.00–98.00; 95.00–98.00), of 1,000"
    assert spread([{"rate": 0.0125, "interval_95": [0.01, 0.02]}]) == "1.25 (1.00–2.00; 1.25–1.25)"
    assert spread([None]) == "–"


@pytest.fixture
def seqkit_calls(monkeypatch):
    """Stand-in for seqkit: a training writes the files of a finished run, an evaluation prints scores."""
    calls = []

    def call(command, **_):
        calls.append(command)
        if command[1] == "train":
            if any("captions" in word for word in command):
                return CompletedProcess(command, 1)
            leave_model(Path(command[command.index("--out") + 1]))
        exact = {"accuracy": 0.5, "interval_95": [0.4, 0.6], "total": 10}
        return CompletedProcess(command, 0, json.dumps({"exact": exact}), "")

    monkeypatch.setattr(modalities, "call", call)
    return calls


def leave_model(folder: Path) -> None:
    (folder / "training").mkdir(parents=True, exist_ok=True)
    (folder / "training" / "metrics.csv").write_text("epoch,seconds\n1,60.0\n2,90.0\n", encoding="utf-8")
    config = {"format": 2, "task": "seq2seq", "model": "seq2seq", "needs": {}, "options": {}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    sums = {"config.json": "c" * 64, "model.safetensors": "a" * 64}
    (folder / "MANIFEST.json").write_text(json.dumps({"sha256": sums}), encoding="utf-8")


def rows_printed(capsys, monkeypatch, *arguments: str) -> tuple[int, dict[str, list[str]], str]:
    """Exit code, the cells of each row by its task, and other messages."""
    monkeypatch.setattr("sys.argv", ["modalities.py", *arguments])
    code = modalities.main()
    printed = capsys.readouterr()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in printed.out.splitlines()]
    return code, {cells[0]: cells[1:] for cells in rows if cells}, printed.err


def test_a_row_has_all_seeds_and_scores_are_measured_once(tmp_path, seqkit_calls, capsys, monkeypatch):
    wanted = ["--out", str(tmp_path), "--only", "fsdd", "--seeds", "1", "2"]
    first = rows_printed(capsys, monkeypatch, *wanted)
    assert rows_printed(capsys, monkeypatch, *wanted) == first
    code, rows, said = first
    assert (code, said) == (0, "")
    figures, seeds, minutes, weights, commands = rows["fsdd"]
    assert figures == "exact: 50.00 (40.00–60.00; 50.00–50.00), of 10"
    assert (seeds, minutes, weights) == ("1, 2", "1.5, 1.5", "<br>".join(["a" * 64] * 2))
    assert "--split dev --json`" in commands
    assert "--resume" not in commands
    evaluations = [call for call in seqkit_calls if call[1] == "evaluate"]
    assert [words_after("--split", call) for call in evaluations] == [["dev"]] * 2
    rows_printed(capsys, monkeypatch, *wanted, "--split", "test")
    assert words_after("--split", seqkit_calls[-1]) == ["test"]


def test_films_of_a_failed_judge_are_not_measured(tmp_path, seqkit_calls, capsys, monkeypatch):
    # A model is there, but its training cannot go on: it was begun with other settings.
    leave_model(tmp_path / "captions-1")
    wanted = ["--out", str(tmp_path), "--only", "drawing", "--seeds", "1"]
    code, rows, said = rows_printed(capsys, monkeypatch, *wanted)
    assert code == 1
    assert "captions-1: training FAILED" in said
    assert rows["captions"][:4] == ["one digit: –<br>two digits: –", "–", "–", "–"]
    assert rows["drawing"][1] == "–"
    assert [call[1] for call in seqkit_calls] == ["train", "train"]


def test_started_trainings_are_resumed_and_the_judge_is_named(tmp_path, seqkit_calls):
    drawing = Run("drawing", 1, 1, tmp_path)
    for resumed in (False, True):
        assert modalities.train(drawing) == ""
        assert ("--resume" in seqkit_calls[-1]) == resumed
    leave_model(drawing.judge.folder)
    assert modalities.measure(drawing, "dev", Rows(tmp_path / "scores.json")) == ""
    assert words_after("--judge", seqkit_calls[-1]) == [str(tmp_path / "captions-1")]
