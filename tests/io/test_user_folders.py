"""Folders of a user. On Linux they follow the XDG Base Directory Specification 0.8."""

import subprocess
import sys
from pathlib import Path

import pytest

from seqkit.data.catalogue import data_folder
from seqkit.io.user_folders import unwritable_fix, user_cache, user_data
from seqkit.text.silver_cache import cache_folder

linux = pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")


@linux
@pytest.mark.parametrize(
    ("variables", "data", "cache"),
    [
        ({"HOME": "/h"}, "/h/.local/share", "/h/.cache"),
        ({"HOME": "/h", "XDG_DATA_HOME": "/data", "XDG_CACHE_HOME": "/cache"}, "/data", "/cache"),
        ({"HOME": "/h", "XDG_DATA_HOME": "", "XDG_CACHE_HOME": ""}, "/h/.local/share", "/h/.cache"),
    ],
)
def test_the_folders_of_linux(monkeypatch, variables, data, cache):
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert user_data() == Path(data) / "seqkit" and user_cache() == Path(cache) / "seqkit"
    assert data_folder() == Path(data) / "seqkit" / "corpora"
    assert cache_folder() == Path(cache) / "seqkit" / "silver"


@pytest.mark.parametrize(
    ("platform", "variable"), [("linux", "XDG_DATA_HOME"), ("darwin", "HOME"), ("win32", "LOCALAPPDATA")]
)
def test_the_error_names_the_variable_of_the_platform(monkeypatch, platform, variable):
    monkeypatch.setattr(sys, "platform", platform)
    assert unwritable_fix("XDG_DATA_HOME") == f"Set {variable} to a writable folder."


def test_looking_for_a_folder_does_not_create_it(tmp_path):
    code = "from seqkit.data.catalogue import data_folder; print(data_folder())"
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={"HOME": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.startswith(str(tmp_path)) and list(tmp_path.iterdir()) == []
