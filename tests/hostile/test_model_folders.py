"""Values in model folders that once caused a traceback or no message: each is refused with its file."""

import json
import shutil

import pytest

from seqkit.models.folder import checksums, write_manifest

LABELS, LANGUAGE = "labels/labels.json", "source/language.json"
CHANGES = {
    "labels that are numbers": (LABELS, lambda held: {**held, "upos": [1, 2]}),
    "labels that are null": (LABELS, lambda held: {**held, "upos": None}),
    "a label with a line break": (LABELS, lambda held: {**held, "upos": ["A\nB", *held["upos"][1:]]}),
    "a label with a surrogate": (LABELS, lambda held: {**held, "upos": ["\ud800", *held["upos"][1:]]}),
    "a label twice": (LABELS, lambda held: {**held, "upos": [held["upos"][1], *held["upos"][1:]]}),
    "no labels": (LABELS, lambda held: {**held, "upos": []}),
    "no kind of label": (LABELS, lambda held: {}),
    "a kind that no format can name": (LABELS, lambda held: {**held, "a b": ["X"]}),
    "a lemma that is no script": (LABELS, lambda held: {**held, "lemma": ["x|y", *held["lemma"][1:]]}),
    "labels without weights": (LABELS, lambda held: {**held, "weird": ["X", "Y"]}),
    "a language that is a list": (LANGUAGE, lambda held: {**held, "language": ["en"]}),
    "a language with controls": (LANGUAGE, lambda held: {**held, "language": "\x1b[31m"}),
    "silver that is a number": (LANGUAGE, lambda held: {**held, "silver": 5}),
    "words that are numbers": ("words/words.json", lambda held: {**held, "words": [1, 2]}),
    "more words kept than there are": ("words/words.json", lambda held: {**held, "kept": 10**30}),
    "combinations out of range": (
        "labels/combinations.json",
        lambda held: {**held, "combinations": [[10**9] * len(held["kinds"])]},
    ),
    "word codes of a label that there is not": (
        "labels/word-codes.json",
        lambda held: {"lemma": {"given": "xpos", "words": {"NN": {"nonsense": ["a"]}}}},
    ),
    "hidden that is text": ("config.json", lambda held: options(held, hidden="x")),
    "hidden that is true": ("config.json", lambda held: options(held, hidden=True)),
    "hidden of a million": ("config.json", lambda held: options(held, hidden=10**9)),
    "layers of a million": ("config.json", lambda held: options(held, layers=10**6)),
    "dropout of 5": ("config.json", lambda held: options(held, dropout=5.0)),
    "an unknown option": ("config.json", lambda held: options(held, nonsense=1)),
    "bidirectional that is a word": ("config.json", lambda held: options(held, bidirectional="both")),
    "a language of a number": ("config.json", lambda held: {**held, "language": 5}),
    "needs of numbers": ("config.json", lambda held: {**held, "needs": {"models": {"lstm": 5}}}),
    "needs of an unknown kind": ("config.json", lambda held: {**held, "needs": {"things": {"x": "y"}}}),
    "format true": ("config.json", lambda held: {**held, "format": True}),
    "nested 500 deep": ("config.json", lambda held: {**held, "x": json.loads("[" * 500 + "]" * 500)}),
}


def options(held, **changed):
    """A configuration with other options."""
    return {**held, "options": {**held["options"], **changed}}


@pytest.fixture
def changed(small_models, tmp_path):
    """A function that copies the tagger with a changed file, whose checksum fits."""

    def change(name, content):
        folder = tmp_path / "model"
        shutil.copytree(small_models / "models" / "tagger", folder)
        (folder / name).write_bytes(content)
        write_manifest(folder, checksums(folder))
        return folder

    return change


@pytest.mark.parametrize("case", CHANGES)
def test_a_value_is_refused_with_its_file(case, changed, small_models, seqkit):
    name, change = CHANGES[case]
    held = json.loads((small_models / "models" / "tagger" / name).read_text())
    folder = changed(name, json.dumps(change(held)).encode())
    result = seqkit("tag", "--model", folder, "Hello there.")
    assert result.code in (1, 2) and not result.out
    assert len(result.err.splitlines()) <= 2 and len(result.err) < 600
    assert str(folder) in result.err or "option " in result.err


@pytest.mark.parametrize("name", ["config.json", LABELS, "words/words.json"])
def test_an_integer_of_5000_digits(name, changed, seqkit):
    folder = changed(name, b'{"format": ' + b"9" * 5000 + b', "words": 1}')
    result = seqkit("tag", "--model", folder, "Hello there.")
    assert result.code == 1 and f"{folder / name}: not JSON" in result.err and len(result.err) < 600


def test_the_command_that_shows_a_model(changed, seqkit):
    folder = changed(LABELS, b'{"upos": 5}')
    result = seqkit("models", "info", folder)
    assert result.code == 1 and str(folder / LABELS) in result.err
