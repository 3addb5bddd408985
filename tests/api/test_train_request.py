"""Options of `seqkit train` on the command line and in a file: unset and false differ."""

import tomllib

import pytest

from seqkit.api.train_request import TrainCommand


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(
        'skip_bad = true\n[model]\nrecurrence = "gru"\nhidden = 24\n[training]\noptimizer = "sgd"\nminutes = 1.5\n',
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize(("given", "skips"), [(None, True), (False, False), (True, True)])
def test_false_on_the_command_line_overrides_true_in_the_file(config, given, skips):
    asked = TrainCommand("lstm", corpus="sample-english", skip_bad=given, configs=(config,))
    request = asked.merged()
    assert request.sources.skip_bad is skips
    assert (request.model.recurrence, request.training.optimizer) == ("gru", "sgd")


def test_no_skip_bad_reaches_the_run(seqkit, config, tmp_path):
    quick = [part for one in ("epochs=1", "hidden=4", "word_size=4", "minutes=0") for part in ("--set", one)]
    small = [part for one in ("char_size=0", "piece_size=0", "affix_size=0") for part in ("--set", one)]
    out = tmp_path / "run"
    result = seqkit(
        *("train", "lstm", "--corpus", "sample-english", "--out", out, "--config", config, "--no-skip-bad"),
        *("--threads", "1", *quick, *small),
    )
    assert result.code == 0, result.err
    begun = tomllib.loads((out / "training" / "config.toml").read_text(encoding="utf-8"))
    assert begun["sources"]["skip_bad"] is False


def rows(text):
    """Option -> the other cells of its row."""
    lines = [line.split(maxsplit=4) for line in text.splitlines()]
    return {cells[0]: cells[1:] for cells in lines if len(cells) == 5}


def test_options_are_listed_with_units_and_those_of_the_file(seqkit, config):
    listed = rows(seqkit("train", "lstm", "--options").out)
    assert listed["minutes"][:2] == ["0.0", "minutes"]
    assert listed["learning_rate"][:2] == ["0.002", "–"]
    assert "momentum" not in listed, "an option of sgd, which is not the default"
    chosen = rows(seqkit("train", "lstm", "--options", "--config", config, "--set", "warmup=0.1").out)
    assert chosen["momentum"][:3] == ["0.0", "–", "share"], "the file chooses sgd"
    assert chosen["minutes"][:3] == ["0.0", "1.5", "minutes"]
    assert chosen["warmup"][:3] == ["0.02", "0.1", "share"]


def test_a_wrong_value_is_named_before_anything_is_listed(seqkit, config):
    result = seqkit("train", "lstm", "--options", "--config", config, "--set", "warmup=2")
    assert result.code == 2 and "warmup=2.0 is out of range" in result.err and not result.out
