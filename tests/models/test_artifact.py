"""Model folders: written files, and refusal of damaged ones."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn
from toy import predict, tiny
from toy_translation import tiny as tiny_translator

from seqkit.errors import SeqkitError
from seqkit.inference.numpy.weights import read_weights as numpy_weights
from seqkit.models.artifact import load_for, load_model, save_model
from seqkit.models.folder import add_to_card, checksums, model_info, verify, write_manifest
from seqkit.models.weights_file import read_weights, write_weights


@pytest.fixture
def folder(tmp_path):
    save_model(tmp_path / "model", "lstm", tiny("lstm"), card="# A model\n")
    return tmp_path / "model"


def edit_config(folder, **changes):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **changes}))
    write_manifest(folder, checksums(folder))


def put(folder, name, text):
    """Another content of one file, its checksum that of the manifest."""
    (folder / name).write_text(text)
    write_manifest(folder, checksums(folder))


def test_layout(folder):
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert files == [
        "MANIFEST.json",
        "README.md",
        "config.json",
        "labels/combinations.json",
        "labels/labels.json",
        "model.safetensors",
        "source/language.json",
        "source/subword.model",
        "words/affixes.json",
        "words/ambiguous.json",
        "words/characters.json",
        "words/words.json",
    ]
    assert verify(folder) == []
    assert model_info(str(folder)).config["needs"] == {
        "models": {"lstm": "seqkit"},
        "tasks": {"tagging": "seqkit"},
        "recurrences": {"lstm": "seqkit"},
    }


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not tell what is open")
def test_all_is_on_disk_before_the_manifest_is(tmp_path, monkeypatch):
    synced, sync = [], os.fsync

    def note(handle):
        synced.append(os.path.realpath(f"/proc/self/fd/{handle}"))
        sync(handle)

    monkeypatch.setattr(os, "fsync", note)
    save_model(tmp_path / "model", "lstm", tiny("lstm"), card="# A model\n")
    names = [path.rpartition("/")[2] for path in synced]
    manifest = next(i for i, name in enumerate(names) if name.startswith((".MANIFEST", "MANIFEST")))
    for name in checksums(tmp_path / "model"):
        file = Path(name).name
        assert any(file in other for other in names[:manifest]), name
        assert str((tmp_path / "model" / name).parent) in synced[:manifest]


def test_equal_models_give_equal_bytes(folder, tmp_path):
    save_model(tmp_path / "again", "lstm", tiny("lstm"), card="# A model\n")
    for name in ("model.safetensors", "MANIFEST.json", "config.json"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_half_precision_halves_the_file_and_keeps_the_tags(folder, tmp_path):
    model = tiny("lstm")
    save_model(tmp_path / "half", "lstm", model, card="", weights_dtype="float16")
    sizes = [(path / "model.safetensors").stat().st_size for path in (tmp_path / "half", folder)]
    assert sizes[0] < 0.7 * sizes[1]
    loaded = load_model(str(tmp_path / "half"))
    assert next(loaded.parameters()).dtype == torch.float32
    assert predict(loaded) == predict(model)


@pytest.mark.parametrize("kind", ["tagger", "translator"])
def test_int8_halves_the_file_again_and_loads_to_equal_numbers_everywhere(kind, tmp_path):
    name, model = ("lstm", tiny("lstm")) if kind == "tagger" else ("seq2seq", tiny_translator(hidden=64))
    for dtype in ("float16", "int8"):
        save_model(tmp_path / dtype, name, model, card="", weights_dtype=dtype)
    sizes = [(tmp_path / dtype / "model.safetensors").stat().st_size for dtype in ("float16", "int8")]
    assert sizes[1] < 0.75 * sizes[0]
    loaded = load_model(str(tmp_path / "int8"))
    in_numpy = numpy_weights(tmp_path / "int8" / "model.safetensors")
    state = {key: value for key, value in loaded.state_dict().items() if in_numpy.has(key)}
    assert len(state) > 8
    for key, value in state.items():
        assert (in_numpy(key, *value.shape) == value.numpy()).all(), key
    for key, value in model.state_dict().items():
        if value.dim() > 1:
            step = value.abs().reshape(len(value), -1).amax(1) / 127
            assert (
                (loaded.state_dict()[key] - value).reshape(len(value), -1).abs().amax(1) <= step / 2 + 1e-3
            ).all()
    save_model(tmp_path / "again", name, loaded, card="", weights_dtype="int8")
    again = load_model(str(tmp_path / "again")).state_dict()
    for key, value in loaded.state_dict().items():
        torch.testing.assert_close(again[key], value, atol=1e-7, rtol=1e-6)


def test_weights_in_int8_need_their_scales_and_no_others(tmp_path):
    save_model(tmp_path, "lstm", tiny("lstm"), card="", weights_dtype="int8")
    stored = load_file(tmp_path / "model.safetensors")
    scale = next(key for key in stored if key.endswith(".int8_scale"))
    name = scale.removesuffix(".int8_scale")
    for lost in ([name], [name, scale]):
        save_file(
            {key: value for key, value in stored.items() if key not in lost}, tmp_path / "x.safetensors"
        )
        with pytest.raises(SeqkitError, match="does not fit the model"):
            read_weights(tmp_path / "x.safetensors", tiny("lstm"))


@pytest.mark.parametrize("name", ["model.safetensors", "words/words.json"])
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


def test_a_model_that_would_be_computed_otherwise_is_refused(folder):
    edit_config(folder, format=1)
    load_model(str(folder))
    edit_config(folder, task="seq2seq")
    with pytest.raises(SeqkitError) as caught:
        load_model(str(folder))
    assert "made by an earlier seqkit (model format 1)" in caught.value.problem
    assert "Train it again" in caught.value.fix


def test_a_missing_plugin_is_named_with_its_package(folder):
    edit_config(folder, needs={"models": {"lstm": "seqkit"}, "recurrences": {"mingru": "seqkit-mingru"}})
    with pytest.raises(SeqkitError) as caught:
        load_model(str(folder))
    assert "'mingru'" in caught.value.problem
    assert caught.value.fix == "Install it: pip install seqkit-mingru"


def test_a_model_for_another_task_names_the_right_command(folder):
    with pytest.raises(SeqkitError) as caught:
        load_for("translation", str(folder))
    assert "a model for tagging, not for translation" in caught.value.problem
    assert caught.value.fix == "Use `seqkit tag`."
    assert caught.value.exit_code == 2


def test_folders_without_a_model_are_refused(tmp_path, folder):
    with pytest.raises(SeqkitError, match=r"config\.json is missing"):
        load_model(str(tmp_path))
    with pytest.raises(SeqkitError, match="no such model folder"):
        load_model(str(tmp_path / "none"))
    with pytest.raises(SeqkitError, match="no-such-model"):
        load_model("no-such-model")
    (folder / "MANIFEST.json").unlink()
    (folder / "training").mkdir()
    with pytest.raises(SeqkitError, match=r"MANIFEST\.json is missing"):
        load_model(str(folder))
    (folder / "config.json").unlink()
    with pytest.raises(SeqkitError, match="not finished"):
        load_model(str(folder))


def test_weights_of_another_shape_are_refused(folder, tmp_path):
    save_model(tmp_path / "other", "lstm", tiny("lstm", hidden=9), card="")
    (folder / "model.safetensors").write_bytes((tmp_path / "other" / "model.safetensors").read_bytes())
    write_manifest(folder, checksums(folder))
    with pytest.raises(SeqkitError, match="does not fit the model"):
        load_model(str(folder))


def test_a_users_own_file_is_no_part_of_the_model(folder, tmp_path):
    (folder / "plot.png").write_text("mine")
    add_to_card(folder, "Scores", ["fine"])
    assert "plot.png" not in checksums(folder)
    save_model(folder, "lstm", tiny("lstm", piece_size=0), card="")
    assert "plot.png" not in checksums(folder)
    assert (folder / "plot.png").read_text() == "mine"
    assert not (folder / "source" / "subword.model").exists()
    load_model(str(folder))


def test_a_section_of_the_card_is_put_in_place_of_the_last_one(folder):
    before = checksums(folder)
    for figure in ("one", "two"):
        add_to_card(folder, "Scores", [figure])
    assert (folder / "README.md").read_text() == "# A model\n\n## Scores\n\ntwo\n"
    assert verify(folder) == []
    assert {name for name, value in checksums(folder).items() if before[name] != value} == {"README.md"}


def test_adding_to_the_card_does_not_vouch_for_other_files(folder):
    (folder / "labels" / "labels.json").write_text("{}")
    add_to_card(folder, "Scores", ["fine"])
    with pytest.raises(SeqkitError, match=r"labels/labels\.json has changed"):
        load_model(str(folder))


@pytest.mark.parametrize("change", [lambda card: card.write_text("cut"), lambda card: card.unlink()])
def test_the_card_does_not_block_loading(folder, change):
    change(folder / "README.md")
    load_model(str(folder))
    assert [problem.split()[0] for problem in verify(folder)] == ["README.md"]
    add_to_card(folder, "Scores", ["fine"])
    assert verify(folder) == []


@pytest.mark.parametrize(
    ("manifest", "problem"),
    [
        ("[]", "does not list"),
        ("[" * 100_000, "more than 100 levels"),
        ('{"sha256": {}}', "does not list config.json and model.safetensors"),
        ('{"sha256": ["config.json", "model.safetensors"]}', "does not list"),
        ('{"sha256": {"config.json": "", "model.safetensors": "", "/etc/hosts": ""}}', "is absolute"),
        ('{"sha256": {"config.json": "", "model.safetensors": "", "../x": ""}}', "'../x' leads out"),
    ],
)
def test_an_invalid_manifest_is_refused(folder, manifest, problem):
    (folder / "MANIFEST.json").write_text(manifest)
    for read in (load_model, lambda name: model_info(name).sha256):
        with pytest.raises(SeqkitError, match=problem):
            read(str(folder))


@pytest.mark.parametrize("name", ["MANIFEST.json", "config.json", "model.safetensors", "words/words.json"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(SeqkitError, match=f"{name}.* missing"):
        load_model(str(folder))


@pytest.mark.parametrize("key", ["task", "model", "needs", "options"])
def test_a_configuration_without_a_part(folder, key):
    edit_config(folder, **{key: None})
    with pytest.raises(SeqkitError, match=f"'{key}' is missing"):
        model_info(str(folder))


@pytest.mark.parametrize(
    ("needs", "problem"),
    [({"colours": {"red": "x"}}, "'colours'"), ({"models": ["lstm"]}, "expected an object")],
)
def test_invalid_requirements_are_refused(folder, needs, problem):
    edit_config(folder, needs=needs)
    with pytest.raises(SeqkitError, match=problem):
        load_model(str(folder))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("labels/labels.json", "[]"),
        ("labels/labels.json", '{"upos": 5}'),
        ("words/words.json", '{"words": []}'),
        ("words/words.json", "[]"),
        ("words/characters.json", "5"),
        ("source/language.json", '"en"'),
    ],
)
def test_a_part_of_the_wrong_shape(folder, name, text):
    put(folder, name, text)
    with pytest.raises(SeqkitError) as caught:
        load_model(str(folder))
    assert str(folder) in caught.value.problem
    assert "Download the model again" in caught.value.fix


def test_tied_weights_are_saved_and_stay_tied(tmp_path):
    def tied():
        model = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 5, bias=False))
        model[1].weight = model[0].weight
        return model

    saved, loaded = tied(), tied()
    write_weights(tmp_path / "x.safetensors", saved)
    read_weights(tmp_path / "x.safetensors", loaded)
    assert torch.equal(loaded[0].weight, saved[0].weight)
    assert loaded[1].weight is loaded[0].weight
    with safe_open(tmp_path / "x.safetensors", "pt") as file:
        assert list(file.keys()) == ["0.weight"]
    # Others, such as safetensors' own save_model, may keep another of its names.
    save_file({"1.weight": saved[0].weight.detach().clone()}, tmp_path / "y.safetensors")
    other = tied()
    read_weights(tmp_path / "y.safetensors", other)
    assert torch.equal(other[0].weight, saved[0].weight)


def test_a_model_that_is_replaced_meanwhile_is_the_old_or_the_new_one(folder):
    import threading

    stop, models = threading.Event(), [tiny("lstm"), tiny("lstm")]
    with torch.no_grad():
        for number, model in enumerate(models):
            for parameter in model.parameters():
                parameter.fill_(number + 1)

    def replace():
        while not stop.is_set():
            for model in models:
                save_model(folder, "lstm", model, card="# A model\n")
                time.sleep(0.5)

    save_model(folder, "lstm", models[0], card="# A model\n")
    writer = threading.Thread(target=replace)
    writer.start()
    try:
        for _ in range(8):
            values = {float(p.max()) for p in load_model(str(folder)).parameters()}
            assert values in ({1.0}, {2.0})
    finally:
        stop.set()
        writer.join()


def test_weights_that_are_overwritten_while_they_are_read(folder, monkeypatch):
    """The checksums held when they were checked: what is loaded afterwards must not be half of another model."""
    from seqkit.models import artifact

    old, new = tiny("lstm"), tiny("lstm")
    with torch.no_grad():
        for parameter in new.parameters():
            parameter.fill_(2)
    save_model(folder, "lstm", new, card="# A model\n")
    later = {name: (folder / name).read_bytes() for name in checksums(folder)}
    save_model(folder, "lstm", old, card="# A model\n")
    read = artifact.read_weights

    def overwritten(path, model):
        monkeypatch.setattr(artifact, "read_weights", read)
        (folder / "model.safetensors").write_bytes(later["model.safetensors"])
        read(path, model)

    monkeypatch.setattr(artifact, "read_weights", overwritten)
    with pytest.raises(SeqkitError, match=r"model.safetensors has changed since the model was made"):
        load_model(str(folder))
