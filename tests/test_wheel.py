"""The wheel contains every data file and works in another folder without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DATA = {".json", ".model", ".safetensors", ".toml", ".conllu", ".tsv", ".sha256"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, timeout=600)
    return next(folder.glob("seqkit-*.whl"))


def tracked_data_files() -> set[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    packaged = [Path(line) for line in listed.splitlines() if line.startswith(("seqkit/", "corpora/"))]
    files = [path for path in packaged if path.suffix in DATA or path.name in ("py.typed", "README.md")]
    return {path.as_posix().removeprefix("corpora/") for path in files}


@pytest.mark.slow
def test_the_wheel_has_every_data_file(wheel):
    wanted = tracked_data_files()
    assert "seqkit/pretrained/en-tagger/model.safetensors" in wanted
    assert "seqkit_public_corpora/ud-english-ewt.toml" in wanted
    assert wanted <= set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.slow
def test_the_installed_wheel_tags_from_another_folder(wheel, tmp_path):
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(command, check=True, timeout=600)
    environment = {**os.environ, "PYTHONPATH": str(site)}

    def run(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    assert run("-c", "import seqkit; print(seqkit.__file__)").startswith(str(site))
    tagged = run("-m", "seqkit", "tag", "Time flies like an arrow.", "--format", "tsv")
    assert [line.split("\t")[0] for line in tagged.splitlines()[1:7]] == [
        "Time",
        "flies",
        "like",
        "an",
        "arrow",
        ".",
    ]
    assert "all checksums match" in run("-m", "seqkit", "models", "verify", "en-tagger")
    assert "sample-english" in run("-m", "seqkit", "corpora", "list")
