"""The example packages of the book: pip installs each into a fresh environment, and its own tests pass there."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.parent for path in (ROOT / "docs" / "examples").glob("*/pyproject.toml"))
WANTED = {
    *("seqkit-mingru", "seqkit-series", "seqkit-strokes", "seqkit-tmx", "seqkit-pos"),
    *("seqkit-line-classes", "seqkit-focal", "seqkit-lion", "seqkit-children"),
}


def test_every_example_is_a_distribution_with_readme_and_tests():
    names = {tomllib.loads((one / "pyproject.toml").read_text())["project"]["name"] for one in EXAMPLES}
    assert names == {one.name for one in EXAMPLES} == WANTED
    for one in EXAMPLES:
        assert (one / "README.md").read_text().startswith(f"# {one.name}\n")
        assert list((one / "tests").glob("test_*.py"))


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of a fresh environment with all examples, which sees the packages of this one."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False, symlinks=True)
    (site,) = folder.glob("lib/python3*/site-packages")
    own = [path for path in sys.path if path.endswith("site-packages")]
    lines = [f"import site; site.addsitedir({path!r})" for path in own]
    (site / "outer.pth").write_text("\n".join(lines) + "\n")
    made = folder / "bin" / "python"
    for one in EXAMPLES:
        # pip builds in the folder itself: a copy keeps the checkout clean.
        copy = tmp_path_factory.mktemp("source") / one.name
        subprocess.run(["cp", "-r", str(one), str(copy)], check=True)
        command = [made, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", str(copy)]
        subprocess.run(command, check=True)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.name)
def test_it_is_installed_by_pip_and_passes_its_own_tests(python, example, tmp_path):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    environment.pop("SEQKIT_PLUGINS", None)
    command = [
        python,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        tmp_path,
        example / "tests",
    ]
    done = subprocess.run(
        list(map(str, command)), cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
    listed = subprocess.run(
        [python, "-P", "-m", "seqkit", "plugins"], env=environment, capture_output=True, text=True, check=True
    )
    assert f"{example.name} 0.1.0" in listed.stdout
