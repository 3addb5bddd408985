"""Models on the Hub, fetched from a stand-in server: names, caches, offline mode, faults, and every command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from stand_in_hub import Repository

import seqkit as package
from seqkit.errors import SeqkitError
from seqkit.models.folder import MANIFEST, absolute_model, model_folder
from seqkit.models.hub import pull, pulled
from seqkit.models.hub_names import parsed

NAME = "hf://owner/tagger"


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_the_files_are_those_of_the_model_and_are_fetched_once(hub):
    folder = pull(NAME)
    own = files_of(model_folder("en-tagger"))
    assert files_of(folder) == own, "and nothing else, such as .gitattributes"
    assert folder.name == hub.repositories["owner/tagger"].refs["main"]
    hub.asked.clear()
    assert pull(NAME) == folder and hub.asked == [
        "GET /api/models/owner/tagger/revision/main",
        f"HEAD /owner/tagger/resolve/main/{MANIFEST}",
    ]
    hub.asked.clear()
    assert pull(f"{NAME}@{folder.name}") == folder and hub.asked == [], "a commit never changes"


def test_a_branch_that_moves_is_followed_and_a_pinned_name_is_not(hub):
    repository = hub.repositories["owner/tagger"]
    before = repository.refs["main"]
    pinned = absolute_model(NAME)
    assert pinned == f"{NAME}@{before}"
    files = dict(repository.commits[before])
    card = b"# Another card\n"
    manifest = json.loads(files[MANIFEST])
    import hashlib

    manifest["sha256"]["README.md"] = hashlib.sha256(card).hexdigest()
    after = repository.commit({**files, "README.md": card, MANIFEST: json.dumps(manifest).encode()})
    assert pulled(NAME).name == before, "looked up once a process"
    assert pull(NAME).name == after and (pull(NAME) / "README.md").read_bytes() == card
    assert model_folder(pinned).name == before
    repository.refs["v1"] = before
    assert pull(f"{NAME}@v1").name == before


def test_the_cache_serves_when_the_hub_cannot_be_reached(hub, monkeypatch):
    from huggingface_hub import constants

    folder = pull(NAME)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert pull(NAME) == folder
    with pytest.raises(SeqkitError) as caught:
        pull("hf://owner/other")
    assert str(caught.value).splitlines() == [
        "hf://owner/other: is not in the cache, and HF_HUB_OFFLINE is set",
        "Unset it, and pull the model once.",
    ]


def test_an_interrupted_fetch_continues(hub):
    def fail(method, path):
        if method == "GET" and path.endswith("model.safetensors") and "segmenter" not in path:
            hub.status = 500

    hub.before = fail
    with pytest.raises(SeqkitError, match="the Hub answers with status 500"):
        pull(NAME)
    hub.before, hub.status = lambda method, path: None, 0
    hub.asked.clear()
    assert package.load(str(pull(NAME))).tag("She left.")[0].labels["upos"] == ["PRON", "VERB", "PUNCT"]
    assert not [one for one in hub.asked if one.startswith("GET") and "segmenter/model" in one]


def other(hub, files):
    repository = hub.repositories["owner/other"] = Repository()
    repository.commit(files)
    return repository


def tagger_files():
    return files_of(model_folder("en-tagger"))


def with_evil_manifest():
    files = tagger_files()
    manifest = json.loads(files[MANIFEST])
    manifest["sha256"]["../evil"] = "0" * 64
    return {**files, MANIFEST: json.dumps(manifest).encode()}


@pytest.mark.parametrize(
    ("prepare", "name", "said"),
    [
        (lambda hub: None, "hf://owner/none", ["there is no such model on the Hub", "Check owner and name."]),
        (lambda hub: None, f"{NAME}@v9", ["has no revision 'v9'", "Name a branch, a tag or a commit"]),
        (
            lambda hub: setattr(hub.repositories["owner/tagger"], "private", True),
            NAME,
            ["is private, or not there", "HF_TOKEN"],
        ),
        (
            lambda hub: setattr(hub.repositories["owner/tagger"], "gated", True),
            NAME,
            ["access to it must be granted", "Ask for it"],
        ),
        (lambda hub: setattr(hub, "status", 418), NAME, ["answers with status 418", "Try again later."]),
        (
            lambda hub: other(hub, {"config.json": b"{}", "model.safetensors": b""}),
            "hf://owner/other",
            ["not a seqkit model (MANIFEST.json is missing)", "Name a repository"],
        ),
        (
            lambda hub: other(hub, {MANIFEST: b"[]", "config.json": b"{}"}),
            "hf://owner/other",
            ["does not list config.json", ""],
        ),
        (lambda hub: other(hub, {MANIFEST: b"{", "config.json": b"{}"}), "hf://owner/other", [MANIFEST, ""]),
        (
            lambda hub: other(
                hub, {name: data for name, data in tagger_files().items() if name != "words/words.json"}
            ),
            "hf://owner/other",
            ["not a seqkit model", "missing"],
        ),
        (
            lambda hub: other(hub, {**tagger_files(), "../evil": b"x"}),
            "hf://owner/other",
            ["lists a file '../evil', which leads out of its folder", "Do not use"],
        ),
        (
            lambda hub: other(hub, with_evil_manifest()),
            "hf://owner/other",
            ["'../evil' leads out of its folder", ""],
        ),
        (
            lambda hub: other(hub, {**tagger_files(), "model.safetensors": b"another"}),
            "hf://owner/other",
            ["model.safetensors is not the file that its manifest lists", "Pull it again"],
        ),
    ],
)
def test_faults_are_errors_of_two_lines(hub, seqkit, prepare, name, said):
    prepare(hub)
    result = seqkit("models", "pull", name)
    lines = result.err.strip().splitlines()
    assert result.code in (1, 2) and result.out == "" and len(lines) <= 2, result.err
    assert said[0] in lines[0] and said[1] in result.err


def test_a_wrong_file_does_not_stay_in_the_cache(hub):
    files = tagger_files()
    repository = other(hub, {**files, "model.safetensors": b"another"})
    with pytest.raises(SeqkitError, match="is not the file that its manifest lists"):
        pull("hf://owner/other")
    for sha in repository.commits:
        repository.commits[sha]["model.safetensors"] = files["model.safetensors"]
    assert files_of(pull("hf://owner/other")) == files


def test_a_file_that_changes_while_it_is_fetched_is_noticed(hub):
    repository = hub.repositories["owner/tagger"]
    (sha,) = repository.commits
    whole = repository.commits[sha]["model.safetensors"]

    def change(method, path):
        if method == "GET" and path.endswith("/model.safetensors") and "segmenter" not in path:
            repository.commits[sha]["model.safetensors"] = whole[:-4] + b"????"

    hub.before = change
    with pytest.raises(SeqkitError) as caught:
        pull(NAME)
    assert "Pull it again: it may have been changed meanwhile" in caught.value.fix
    hub.before = lambda method, path: None
    repository.commits[sha]["model.safetensors"] = whole
    assert files_of(pull(NAME)) == tagger_files()


@pytest.mark.parametrize(
    "name", ["hf://", "hf://owner", "hf://a/b/c", "hf://../..", "hf://o/n@", "hf://o/n@a@b", "hf://o/n n"]
)
def test_an_invalid_name_is_refused(name):
    with pytest.raises(SeqkitError, match="not of the form hf://owner/name"):
        parsed(name)


def test_the_network_down_is_an_error_with_its_fix(hub, seqkit):
    hub.close()
    result = seqkit("tag", "-m", "hf://owner/none", "She left.")
    lines = result.err.strip().splitlines()
    assert result.code == 1 and "is not in the cache, and the Hub cannot be reached" in lines[0]
    assert "Check the network; the address is http://127.0.0.1:" in lines[1] and len(lines) == 2


def test_a_message_reports_the_use_of_the_cache_without_a_network(hub, seqkit):
    folder = pull(NAME)
    hub.close()
    result = seqkit("tag", "-m", NAME, "She left.")
    assert result.code == 0 and "PRON" in result.out
    said = f"seqkit: {NAME}: the Hub cannot be reached; the copy in the cache is used, of commit {folder.name[:8]}"
    assert result.err.splitlines()[0] == said


def test_the_library_missing_is_an_error_with_its_fix(seqkit, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    result = seqkit("tag", "-m", "hf://owner/none", "She left.")
    assert (
        result.code == 2 and "pip install huggingface_hub (in a checkout: pip install '.[hub]')" in result.err
    )


def test_every_command_takes_such_a_name(hub, seqkit, tmp_path):
    hub.upload("owner/de-en", model_folder("de-en"))
    (tmp_path / "a.txt").write_text("She left. He stays.\n", encoding="utf-8")
    assert seqkit("tag", "-m", NAME, tmp_path / "a.txt").out == seqkit("tag", tmp_path / "a.txt").out
    told = seqkit("translate", "-m", "hf://owner/de-en", "Der Hund schläft im Garten.")
    assert told.out == "The dog is sleeping in the garden.\n", told.err
    scores = json.loads(seqkit("evaluate", NAME, "sample-english", "--json", "--compare", NAME).out)
    assert scores["model"] == NAME or scores
    info = json.loads(seqkit("models", "info", NAME, "--json").out)
    assert info["task"] == "tagging" and info["folder"].endswith(pulled(NAME).name)
    assert seqkit("models", "verify", NAME).code == 0
    assert [one.labels["upos"][0] for one in package.load(NAME).tag("She left. He stays.")] == [
        "PRON",
        "PRON",
    ]
    refused = seqkit("evaluate", NAME, "sample-english", "--card")
    assert refused.code == 2 and "seqkit models pull hf://owner/tagger --out FOLDER" in refused.err


def test_pull_prints_the_folder_and_copies_it(hub, seqkit, tmp_path):
    result = seqkit("models", "pull", NAME)
    assert (result.code, result.out) == (0, f"{pulled(NAME)}\n"), result.err
    copied = seqkit("models", "pull", NAME, "--out", tmp_path / "new" / "own")
    assert copied.out == f"{tmp_path / 'new' / 'own'}\n"
    assert files_of(tmp_path / "new" / "own") == tagger_files()
    assert not any(path.is_symlink() for path in (tmp_path / "new").rglob("*"))
    again = seqkit("models", "pull", NAME, "--out", tmp_path / "new" / "own")
    assert again.code == 2 and "exists already" in again.err
    assert seqkit("models", "pull", "en-tagger").code == 2


def test_training_begins_with_a_pinned_model_and_may_learn_from_one(hub, tmp_path):
    small = {
        "epochs": 1,
        "hidden": 6,
        "word_size": 6,
        "char_size": 0,
        "piece_size": 0,
        "affix_size": 0,
        "threads": 1,
    }
    package.train("rnn", corpus="sample-english", out=tmp_path / "first", label="upos", **small)
    hub.upload("owner/rnn", tmp_path / "first")
    sha = hub.repositories["owner/rnn"].refs["main"]
    package.train(
        "rnn", corpus="sample-english", out=tmp_path / "more", from_="hf://owner/rnn", epochs=1, threads=1
    )
    config = (tmp_path / "more" / "training" / "config.toml").read_text(encoding="utf-8")
    assert f'start = "hf://owner/rnn@{sha}"' in config
    assert f"Trained further from `hf://owner/rnn@{sha}`" in (tmp_path / "more" / "README.md").read_text()
    teacher = {"teacher": "hf://owner/rnn", "noisy_copies": 0}
    package.train("rnn", corpus="sample-english", out=tmp_path / "taught", label="upos", **teacher, **small)
    assert f"hf://owner/rnn@{sha}" in (tmp_path / "taught" / "training" / "config.toml").read_text()


def test_the_command_works_in_a_process_of_its_own(hub, tmp_path):
    hub.upload("owner/small", model_folder("en-tagger") / "segmenter")
    environment = {**os.environ, "HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "seqkit", "models", "pull"]
    run = lambda name: subprocess.run(  # noqa: E731
        [*command, name], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    done = run("hf://owner/small")
    assert (done.returncode, done.stderr) == (0, "")
    assert files_of(Path(done.stdout.strip())) == files_of(model_folder("en-tagger") / "segmenter")
    none = run("hf://owner/none")
    assert none.returncode == 1 and none.stderr.count("\n") == 2 and "no such model on the Hub" in none.stderr


@pytest.mark.slow
def test_a_batch_works_on_a_pinned_model_in_its_workers(hub, tmp_path):
    (tmp_path / "a.txt").write_text("She left. He stays.\n" * 50, encoding="utf-8")
    environment = {**os.environ, "HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "home")}
    command = ["batch", "tag", "a.txt", "-o", "out", "-m", NAME, "--processes", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "seqkit", *command],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "a.conllu").read_text().count("PRON") == 100
    offline = {**environment, "HF_HUB_OFFLINE": "1"}
    hub.close()
    tagged = subprocess.run(
        [sys.executable, "-m", "seqkit", "tag", "-m", NAME, "--processes", "2", "a.txt", "-f", "tsv"],
        cwd=tmp_path,
        env=offline,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tagged.stdout.count("PRON") == 100, tagged.stderr
