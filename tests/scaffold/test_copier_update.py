"""`copier copy` and `copier update` work from a git clone of this repository with tags."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from seqkit._version import __version__
from seqkit.scaffold.names import kinds

ROOT = Path(__file__).parents[2]


def git(folder: Path, *arguments: str) -> None:
    own = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", *own, *arguments], cwd=folder, check=True, capture_output=True)


def copier(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "copier", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A repository with the templates as they are here, tagged as this version."""
    pytest.importorskip("copier")
    folder = tmp_path_factory.mktemp("template")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "copier.yml", "seqkit/templates"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in listed.splitlines():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "templates")
    git(folder, "tag", f"v{__version__}")
    return folder


def files_of(folder: Path) -> dict[str, str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in paths
        if path.name != ".copier-answers.yml"
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", kinds())
def test_copier_writes_what_seqkit_writes(seqkit, template, tmp_path, kind):
    copied, made = tmp_path / "copied", tmp_path / "made"
    copier(
        tmp_path, "copy", "-q", "-d", "name=seqkit-my-lem", "-d", f"kind={kind}", str(template), str(copied)
    )
    assert seqkit("plugins", "new", "seqkit-my-lem", "--kind", kind, "--out", made).code == 0
    assert files_of(copied) == files_of(made)
    ours, theirs = (yaml.safe_load((f / ".copier-answers.yml").read_text()) for f in (made, copied))
    assert theirs["_commit"] == ours["_commit"]
    assert {key: theirs[key] for key in ("name", "kind")} == {key: ours[key] for key in ("name", "kind")}


@pytest.mark.slow
def test_an_update_brings_the_template_and_keeps_the_authors_changes(seqkit, template, tmp_path):
    """Made without copier, updated with it from the next tag."""
    made = tmp_path / "made"
    assert seqkit("plugins", "new", "seqkit-lem", "--kind", "recurrence", "--out", made).code == 0
    answers = made / ".copier-answers.yml"
    values = yaml.safe_load(answers.read_text()) | {"_src_path": str(template)}
    answers.write_text(yaml.safe_dump(values))
    layer = made / "seqkit_lem" / "layer.py"
    layer.write_text(layer.read_text().replace("torch.tanh(", "torch.sin("))
    git(made, "init", "-q", "-b", "main")
    git(made, "add", ".")
    git(made, "commit", "-qm", "my layer")
    path = template / "seqkit" / "templates" / "recurrence" / "pyproject.toml.jinja"
    path.write_text(path.read_text().replace("setuptools>=77", "setuptools>=78"))
    git(template, "commit", "-qam", "a newer setuptools")
    git(template, "tag", "v99.0.0")
    copier(made, "update", "-q", "--defaults")
    assert "setuptools>=78" in (made / "pyproject.toml").read_text()
    assert "torch.sin(" in layer.read_text() and "<<<<" not in layer.read_text()
    assert yaml.safe_load(answers.read_text())["_commit"] == "v99.0.0"
