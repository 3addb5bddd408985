"""`seqkit evaluate` of a language model: perplexity and bits against a count by hand, and bad input."""

import json
import math

import numpy as np
import pytest
from lm_models import encoded, one_pass, random_lines, untrained
from toy import tiny

from seqkit.models.artifact import save_model
from seqkit.nn import bfloat16

UNITS = ["pieces", "characters", "words"]
TEXT = "the cat sees a dog .\n\n  a  zebra runs\tto the house .\nin .\n"
"""Of eight words that the models know, one unknown one, and white space that is made one space."""
LINES = ["the cat sees a dog .", "a zebra runs to the house .", "in ."]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Unit -> model folder."""
    found = {}
    for unit in UNITS:
        found[unit] = tmp_path_factory.mktemp("lm") / unit
        model = untrained([random_lines(40)], spread=3.0, unit=unit)
        save_model(found[unit], "lm", model, card="# A model\n")
    return found


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def nats(unit: str, lines: list[str] = LINES) -> float:
    """-ln P of a document of lines."""
    model = untrained([random_lines(40)], spread=3.0, unit=unit)
    return -float(one_pass(model, encoded(model, [lines])[0].tolist()).sum())


@pytest.mark.parametrize("unit", UNITS)
def test_scores_are_those_counted_by_hand(seqkit, folders, text, unit):
    result = seqkit("evaluate", folders[unit], text, "--json")
    assert result.code == 0
    found = json.loads(result.out)
    # 6 + 7 + 2 words and 3 line ends; 20 + 27 + 4 characters and 3 line ends.
    words, characters = 18, 54
    assert (found["documents"], found["lines"]) == (1, 3)
    assert (found["words"], found["characters"]) == (words, characters)
    metrics, cost = found["metrics"], nats(unit)
    assert metrics["perplexity_per_word"]["value"] == pytest.approx(math.exp(cost / words), rel=1e-5)
    bits = cost / math.log(2) / characters
    assert metrics["bits_per_character"]["value"] == pytest.approx(bits, rel=1e-5)
    symbols = {"characters": 54 + 1, "words": 15 + 3 + 1}.get(unit, found["symbols"])
    assert found["symbols"] == symbols
    assert metrics["perplexity_per_symbol"]["value"] == pytest.approx(math.exp(cost / symbols), rel=1e-5)
    # Of the letters of "zebra" the model knows all but z; as words it knows none.
    assert found["unknown"] == 1
    for metric in metrics.values():
        low, high = metric["interval_95"]
        assert low <= metric["value"] <= high and low < high
        assert metric["higher_is_better"] is False


def test_the_interval_is_that_of_drawn_lines(seqkit, folders, tmp_path):
    """A second bootstrap, with other draws, over 60 lines of a file."""
    lines = random_lines(60, seed=5)
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = json.loads(seqkit("evaluate", folders["characters"], path, "--json").out)
    model = untrained([random_lines(40)], spread=3.0)
    log_p = one_pass(model, encoded(model, [lines])[0].tolist())
    sizes = np.array([len(line) + 1 for line in lines])
    ends = np.cumsum(sizes)
    bits = [-log_p[end - size : end].sum() / math.log(2) for size, end in zip(sizes, ends, strict=True)]
    bits[-1] -= log_p[-1] / math.log(2)
    draws = np.random.default_rng(99).integers(60, size=(4000, 60))
    drawn = np.array(bits)[draws].sum(1) / sizes[draws].sum(1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    width = high - low
    assert found["metrics"]["bits_per_character"]["interval_95"] == pytest.approx(
        [low, high], abs=0.15 * width
    )


def test_tables_show_the_same_numbers(seqkit, folders, text):
    result = seqkit("evaluate", folders["characters"], text)
    cost = nats("characters")
    rows = [line.split() for line in result.out.splitlines()]
    perplexity = next(row[3] for row in rows if row[:3] == ["perplexity", "per", "word"])
    assert float(perplexity) == pytest.approx(math.exp(cost / 18), rel=1e-5)
    bits = next(row[3] for row in rows if row[:3] == ["bits", "per", "character"])
    assert bits == f"{cost / math.log(2) / 54:.3f}"
    assert ["1", "3", "18", "54", "55", "1"] in rows


def test_another_model_is_compared_in_bits_a_character(seqkit, folders, text):
    result = seqkit("evaluate", folders["characters"], text, "--compare", folders["words"], "--json")
    found = json.loads(result.out)["metrics"]["bits_per_character_minus_other"]
    difference = (nats("characters") - nats("words")) / math.log(2) / 54
    assert found["value"] == pytest.approx(difference, rel=1e-4)
    low, high = found["interval_95"]
    assert low <= found["value"] <= high
    assert "favour" not in result.err, "each lacks one symbol: the letter z, and the word zebra"
    same = seqkit("evaluate", folders["words"], text, "--compare", folders["words"], "--json")
    assert json.loads(same.out)["metrics"]["bits_per_character_minus_other"]["interval_95"] == [0.0, 0.0]


def test_a_comparison_of_models_that_know_different_symbols_is_reported(seqkit, folders, tmp_path):
    text = tmp_path / "zz.txt"
    text.write_text("the zzz sees a dog .\n", encoding="utf-8")
    result = seqkit("evaluate", folders["characters"], text, "--compare", folders["words"])
    assert result.code == 0 and "bits_per_character" in result.out.replace(" ", "_")
    assert f"{folders['characters']} does not know 3 symbols of the text, {folders['words']} 1:" in result.err


def test_a_corpus_is_measured_in_its_sentences(seqkit, folders):
    """Each sentence of the treebank stands on a line."""
    result = seqkit("evaluate", folders["characters"], "sample-english", "--split", "dev", "--json")
    found = json.loads(result.out)
    from seqkit.data.catalogue import read_sentences
    from seqkit.examples import RecordErrors

    lines = [sentence.text.strip() for sentence in read_sentences("sample-english", "dev", RecordErrors())]
    assert found["lines"] == len(lines) > 5
    assert found["characters"] == sum(len(line) + 1 for line in lines)
    assert found["words"] == sum(len(line.split()) + 1 for line in lines)


@pytest.mark.skipif(not bfloat16.HERE, reason="this processor has no bfloat16")
def test_the_number_format_changes_the_score_a_little(seqkit, folders, text):
    exact, rounded = (
        json.loads(seqkit("evaluate", folders["characters"], text, "--json", "--inference-dtype", dtype).out)[
            "metrics"
        ]["bits_per_character"]["value"]
        for dtype in ("float32", "bfloat16")
    )
    assert exact != rounded
    assert exact == pytest.approx(rounded, rel=0.02)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.txt", b"", "empty.txt: holds no text to evaluate on\nUse a file with text."),
        ("blank.txt", b" \n\t\n", "blank.txt: holds no text to evaluate on\nUse a file with text."),
        ("latin.txt", b"abc\nd\xe9f\n", "latin.txt:2: not valid UTF-8"),
        ("missing.txt", None, "missing.txt: no such file\nCheck the path."),
    ],
)
def test_files_without_text_are_named(seqkit, folders, tmp_path, name, data, message):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    result = seqkit("evaluate", folders["characters"], tmp_path / name)
    assert result.code in (1, 2) and result.out == ""
    assert message in result.err
    assert len(result.err.splitlines()) == 2


def test_a_bad_line_can_be_left_out(seqkit, folders, tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes(b"the cat .\nd\xe9f\nin .\n")
    result = seqkit("evaluate", folders["characters"], path, "--skip-bad", "--json")
    assert result.code == 0 and "1 bad record(s) skipped" in result.err
    found = json.loads(result.out)
    assert (found["lines"], found["characters"]) == (2, 10 + 5)


def test_models_and_options_of_other_tasks_are_refused(seqkit, folders, text, tmp_path):
    tagger = tmp_path / "tagger"
    save_model(tagger, "lstm", tiny("lstm"), card="# Tiny\n")
    for arguments, message in (
        (("evaluate", folders["words"], text, "--beam", "2"), "--beam: is for models of seq2seq"),
        (("evaluate", folders["words"], text, "--raw"), "--raw: is for models of tagging"),
        (("evaluate", folders["words"], text, "--split", "dev"), "--split dev: "),
        (("evaluate", folders["words"], text, "--compare", tagger), "a model for tagging, not for lm"),
        (("tag", "The dog.", "-m", folders["words"]), "Use `seqkit generate`."),
    ):
        result = seqkit(*arguments)
        assert (result.code, result.out) == (2, "")
        assert message in result.err
        assert len(result.err.splitlines()) <= 2
