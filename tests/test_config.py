"""Options from TOML and key=value into dataclasses, and messages for mistakes."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass

import pytest

from seqkit.config import fill, flatten, parse_settings, read_toml, to_toml
from seqkit.errors import SeqkitError
from seqkit.training.options import TrainingOptions


@dataclass(frozen=True)
class Model:
    hidden: int = 200
    dropout: float = 0.4
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Training:
    optimizer: str = "adam"
    average: bool = True


SECTIONS = {"model": Model, "training": Training}


def test_settings_find_their_section_and_type():
    filled = fill(
        SECTIONS, parse_settings(["hidden=3", "dropout=0", "optimizer=sgd", "average=false", 'names=["a"]'])
    )
    assert filled == {"model": Model(3, 0.0, ("a",)), "training": Training("sgd", False)}


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1", "true", "1e5", "2026-11-30"])
def test_an_option_that_is_text_gets_the_text_as_typed(text):
    assert fill(SECTIONS, parse_settings([f"optimizer={text}"]))["training"].optimizer == text


def test_an_option_that_is_a_number_gets_the_number():
    filled = fill(SECTIONS, parse_settings(["dropout=nan", "hidden=1_000"]))
    assert math.isnan(filled["model"].dropout) and filled["model"].hidden == 1000


@pytest.mark.parametrize(
    ("settings", "problem", "fix"),
    [
        (["hiden=3"], "unknown option 'hiden'", "Did you mean 'hidden'?"),
        (["hidden=many"], "hidden='many'", "type int"),
        (["hidden"], "not of the form key=value", "--set hidden=256"),
    ],
)
def test_slips_are_named_and_mended(settings, problem, fix):
    with pytest.raises(SeqkitError) as caught:
        fill(SECTIONS, parse_settings(settings))
    assert problem in caught.value.problem
    assert fix in caught.value.fix
    assert caught.value.exit_code == 2


def test_two_options_of_one_name_are_refused():
    """Or a plugin's would never be set."""

    @dataclass(frozen=True)
    class Mine:
        average: float = 0.1

    with pytest.raises(SeqkitError, match="its option average is also an option of Mine"):
        fill({"model": Mine, "training": Training}, {"average": 0.5})


def test_an_infinite_number_is_refused_with_the_reason():
    with pytest.raises(SeqkitError, match="learning_rate=inf is out of range") as error:
        TrainingOptions(learning_rate=math.inf)
    assert error.value.fix == "It must be a finite number of at least 0."


def test_toml_round_trip(tmp_path):
    path = tmp_path / "run.toml"
    sections = {
        "model": {"hidden": 5, "dropout": 1e-5, "names": ['ä"\n', "b"]},
        "training": {"average": False, "longest": math.inf},
    }
    path.write_text(to_toml(sections), encoding="utf-8")
    assert read_toml(path) == sections
    del sections["training"]["longest"]
    assert fill(SECTIONS, flatten(sections, SECTIONS, "x")) == {
        "model": Model(5, 1e-5, ('ä"\n', "b")),
        "training": Training(average=False),
    }


def test_faulty_files_are_named(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text("[model]\nhidden 3\n", encoding="utf-8")
    with pytest.raises(SeqkitError, match=r"bad\.toml: not TOML.*line 2"):
        read_toml(bad)
    with pytest.raises(SeqkitError, match="no such file"):
        read_toml(tmp_path / "none.toml")
    with pytest.raises(SeqkitError, match="is a folder"):
        read_toml(tmp_path)
    with pytest.raises(SeqkitError, match=r"unknown section \[modle\]"):
        flatten({"modle": {"hidden": 1}}, SECTIONS, "x.toml")


def test_a_table_of_options_is_written_as_toml_has_it():
    values = {"weights": {"a": 1.0, "b c": [1, 2]}, "nothing": {}}
    assert tomllib.loads(to_toml({"model": values})) == {"model": values}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('hidden = "x"', "option hidden='x'"),
        ("[model]\nhidenn = 3", "unknown option 'hidenn'"),
        (f"hidden = {'9' * 5000}", "not TOML"),
        (f"a = {'[' * 3000}{']' * 3000}", "nested too deep"),
        (f"{'.'.join('a' * 50_000)} = 1", "a key has more than 100 parts"),
        ('"a" . ' * 50_000 + "a = 1", "a key has more than 100 parts"),
        ("a" * 100_000, "not TOML"),
    ],
)
def test_a_fault_in_a_file_of_options_names_the_file_in_a_line(tmp_path, text, said):
    from seqkit.training.arguments import arguments_of
    from seqkit.training.make_request import make_request

    path = tmp_path / "c.toml"
    path.write_text(text)
    with pytest.raises(SeqkitError) as caught:
        make_request(arguments_of({"model": "lstm", "corpus": "sample-english"}, [path], {}))
    assert str(caught.value.problem).startswith(f"{path}:") and said in caught.value.problem
    assert len(caught.value.problem) < len(str(path)) + 250


def test_a_setting_of_thousands_of_digits_is_cut_in_the_message():
    settings = parse_settings([f"hidden={'9' * 5000}"])
    with pytest.raises(SeqkitError) as caught:
        fill({"model": Model}, settings)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("text", ["{{{long} = 1}}", "1\n{long} = 1"])
def test_a_setting_with_a_key_of_thousands_of_parts_is_text(text):
    """tomllib would need 7 GB for it."""
    with pytest.raises(SeqkitError, match=r"hidden='.*", check=lambda error: len(str(error)) < 400):
        fill({"model": Model}, parse_settings([f"hidden={text.format(long='.'.join('a' * 50_000))}"]))
