"""`seqkit models`: list, info, verify."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys

import pytest

from seqkit.config import parse_settings
from seqkit.models.folder import default_model, model_folder
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request


def test_list_names_the_models_of_plugins(seqkit):
    assert "en-tagger" in seqkit("models", "list").out
    rows = json.loads(seqkit("models", "list", "--json").out)
    assert {"name", "task", "language"} <= set(rows[0])


SHIPPED = ("en-tagger", "de-en", "en-de")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_command_in_the_card_of_a_shipped_model_has_options_of_today(name, tmp_path):
    card = (model_folder(name) / "README.md").read_text(encoding="utf-8")
    lines = [line for line in card.splitlines() if line.startswith("seqkit train ")]
    assert lines
    for line in lines:
        check_command(line)


def check_command(line: str) -> None:
    words = [word for word in shlex.split(line) if word not in ("--only-added", "--no-with-segmenter")]
    flags = list(zip(words[3::2], words[4::2], strict=True))
    given = dict(flags)
    # A model may begin as a folder that is not in the package.
    start = given.get("--from")
    files = {split: [given[f"--{split}"]] for split in ("train", "dev") if f"--{split}" in given}
    sources = {"corpus": given.get("--corpus"), **files, "start": start if start in SHIPPED else None}
    assert sources["corpus"] or files
    settings = [value for flag, value in flags if flag == "--set"]
    request = make_request(arguments_of({"model": words[2], **sources}, [], parse_settings(settings)))
    assert request.training.train_dtype == ("bfloat16" if "train_dtype=bfloat16" in settings else "float32")
    assert request.training.weights_dtype in ("float16", "int8")


SHIPS = """
from seqkit import PretrainedSpec, hookimpl

@hookimpl
def seqkit_pretrained():
    yield PretrainedSpec("aa-tagger", folder="{package}:inside", task="tagging", language="en")
"""


@pytest.mark.parametrize("package", ["nobody_has", "nobody_has.this"])
def test_list_continues_after_a_model_whose_package_is_missing(seqkit, install_plugin, package):
    install_plugin("lost", SHIPS.format(package=package))
    code, out, err = seqkit("models", "list")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} >= {"aa-tagger", "en-tagger"}
    assert f"aa-tagger: the package {package} that ships it is not installed" in err
    assert "pip install" not in err
    folders = {row["name"]: row["folder"] for row in json.loads(seqkit("models", "list", "--json").out)}
    assert folders["aa-tagger"] is None
    assert folders["en-tagger"].endswith("en-tagger")
    assert seqkit("models", "info", "aa-tagger").code == 1


def test_a_third_party_model_is_not_the_default_if_a_built_in_one_exists(install_plugin):
    install_plugin("first", SHIPS.format(package="json"))
    assert default_model("tagging", "en") == "en-tagger"


def test_a_folder_of_a_shipped_models_name_needs_a_slash(model, tmp_path, monkeypatch):
    shutil.copytree(model, tmp_path / "en-tagger")
    shutil.copytree(model, tmp_path / "my-tagger")
    monkeypatch.chdir(tmp_path)
    assert model_folder("en-tagger").is_absolute()
    assert model_folder("./en-tagger").samefile(tmp_path / "en-tagger")
    assert model_folder("my-tagger").samefile(tmp_path / "my-tagger")


def test_info_refuses_invalid_labels(seqkit, model, tmp_path):
    shutil.copytree(model, tmp_path / "odd")
    (tmp_path / "odd" / "labels" / "labels.json").write_text('{"upos": 5}')
    assert "does not contain lists of labels" in seqkit("models", "info", tmp_path / "odd").err


def test_info_shows_configuration_labels_and_card(seqkit, model):
    text = seqkit("models", "info", model).out
    assert "# Tiny" in text and "lstm" in text
    facts = json.loads(seqkit("models", "info", model, "--json").out)
    assert facts["labels"]["upos"] == 5
    assert facts["megabytes"] > 0 and len(facts["sha256"]) == 64


def test_verify_finds_what_has_changed(seqkit, model, tmp_path):
    assert seqkit("models", "verify", model).code == 0
    broken = tmp_path / "broken"
    shutil.copytree(model, broken)
    (broken / "labels" / "labels.json").write_text("{}")
    (broken / "README.md").unlink()
    result = seqkit("models", "verify", broken)
    assert result.code == 1
    assert "labels/labels.json has changed" in result.err and "README.md is missing" in result.err


def test_a_folder_without_a_model_is_refused(seqkit, tmp_path):
    assert "config.json is missing" in seqkit("models", "info", tmp_path).err
    assert "no such model folder" in seqkit("models", "verify", tmp_path / "none").err
    assert "Did you mean 'en-tagger'?" in seqkit("models", "info", "en-tager").err


def test_data_are_utf8_in_every_locale():
    command = [sys.executable, "-m", "seqkit", "models", "info", "en-tagger"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    told = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
    assert " 95.90–96.38 ".encode() in told
