"""Model folders: what is written, and how a damaged one is refused."""

from __future__ import annotations

import json

import pytest
import torch
from toy import TREEBANK, tiny

from seqkit.errors import SeqkitError
from seqkit.models.artifact import load_for, load_model, save_model
from seqkit.models.folder import model_info, verify


@pytest.fixture
def folder(tmp_path):
    save_model(tmp_path / "model", "lstm", tiny("lstm"), card="# A model\n")
    return tmp_path / "model"


def edit_config(folder, **changes):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **changes}))
    from seqkit.models.folder import write_manifest

    write_manifest(folder)


def test_layout(folder):
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert files == [
        "MANIFEST.json",
        "README.md",
        "config.json",
        "labels/labels.json",
        "model.safetensors",
        "source/language.json",
        "source/subword.model",
        "words/ambiguous.json",
        "words/characters.json",
        "words/words.json",
    ]
    assert verify(folder) == []
    assert model_info(str(folder)).config["needs"] == {
        "models": {"lstm": "seqkit"},
        "recurrences": {"lstm": "seqkit"},
    }


def test_equal_models_give_equal_bytes(folder, tmp_path):
    save_model(tmp_path / "again", "lstm", tiny("lstm"), card="# A model\n")
    for name in ("model.safetensors", "MANIFEST.json", "config.json"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_half_precision_halves_the_file_and_keeps_the_tags(folder, tmp_path):
    model = tiny("lstm")
    save_model(tmp_path / "half", "lstm", model, card="", store="float16")
    sizes = [(path / "model.safetensors").stat().st_size for path in (tmp_path / "half", folder)]
    assert sizes[0] < 0.7 * sizes[1]
    loaded = load_model(str(tmp_path / "half"))
    assert next(loaded.parameters()).dtype == torch.float32
    assert loaded.predict(TREEBANK) == model.predict(TREEBANK)


@pytest.mark.parametrize("name", ["model.safetensors", "words/words.json", "README.md"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(SeqkitError, match=f"{name} is missing"):
        load_model(str(folder))


@pytest.mark.parametrize("name", ["model.safetensors", "labels/labels.json"])
def test_a_changed_file_is_named(folder, name):
    data = bytearray((folder / name).read_bytes())
    data[-1] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(SeqkitError, match=f"{name} has changed"):
        load_model(str(folder))


def test_a_newer_format_asks_for_an_upgrade(folder):
    edit_config(folder, format=99)
    with pytest.raises(SeqkitError) as caught:
        load_model(str(folder))
    assert "format 99 is newer" in caught.value.problem
    assert "pip install --upgrade seqkit" in caught.value.fix


def test_a_missing_plugin_is_named_with_its_package(folder):
    edit_config(folder, needs={"models": {"lstm": "seqkit"}, "recurrences": {"mingru": "seqkit-mingru"}})
    with pytest.raises(SeqkitError) as caught:
        load_model(str(folder))
    assert "'mingru'" in caught.value.problem
    assert caught.value.fix == "Install it: pip install seqkit-mingru"


def test_a_model_for_another_task_names_the_right_command(folder):
    with pytest.raises(SeqkitError) as caught:
        load_for("translation", str(folder), {"tagging": "seqkit tag"})
    assert "a model for tagging, not for translation" in caught.value.problem
    assert caught.value.fix == "Use `seqkit tag`."
    assert caught.value.exit_code == 2


def test_what_is_no_model(tmp_path, folder):
    with pytest.raises(SeqkitError, match=r"config\.json is missing"):
        load_model(str(tmp_path))
    with pytest.raises(SeqkitError, match="no such model folder"):
        load_model(str(tmp_path / "none"))
    with pytest.raises(SeqkitError, match="no-such-model"):
        load_model("no-such-model")
    (folder / "MANIFEST.json").unlink()
    (folder / "training").mkdir()
    with pytest.raises(SeqkitError, match="not finished"):
        load_model(str(folder))


def test_weights_of_another_shape_are_refused(folder, tmp_path):
    save_model(tmp_path / "other", "lstm", tiny("lstm", hidden=9), card="")
    (folder / "model.safetensors").write_bytes((tmp_path / "other" / "model.safetensors").read_bytes())
    from seqkit.models.folder import write_manifest

    write_manifest(folder)
    with pytest.raises(SeqkitError, match="does not fit the model"):
        load_model(str(folder))
