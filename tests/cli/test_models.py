"""`seqkit models`: list, info, verify."""

from __future__ import annotations

import json
import shutil


def test_list_names_what_plugins_ship(seqkit):
    assert "en-tagger" in seqkit("models", "list").out
    rows = json.loads(seqkit("models", "list", "--json").out)
    assert {"name", "task", "language"} <= set(rows[0])


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


def test_what_is_no_model_is_said_so(seqkit, tmp_path):
    assert "config.json is missing" in seqkit("models", "info", tmp_path).err
    assert "no such model folder" in seqkit("models", "verify", tmp_path / "none").err
    assert "Did you mean 'en-tagger'?" in seqkit("models", "info", "en-tager").err
