"""Environments that once caused a traceback: no home folder, inaccessible folders, unusual variables."""

import os
import subprocess
import sys

import pytest

LINE = [sys.executable, "-m", "seqkit"]


def test_a_user_without_home_and_passwd_entry(monkeypatch):
    """platformdirs raises RuntimeError then."""
    import platformdirs

    from seqkit.io import user_folders

    def no_home(*arguments, **named):
        raise RuntimeError("could not determine the home directory")

    for name in ("user_data_path", "user_cache_path", "user_config_path"):
        monkeypatch.setattr(platformdirs, name, no_home)
    for folder in (user_folders.user_data(), user_folders.user_cache(), user_folders.user_config()):
        assert folder.is_relative_to("/nonexistent") and not folder.exists()


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "getuid") or os.getuid() != 0, reason="changes the user"
)
@pytest.mark.parametrize(
    ("arguments", "code"), [(["corpora", "list"], 0), (["corpora", "get", "ud-english-ewt"], 1)]
)
def test_commands_of_a_user_without_home(arguments, code):
    try:
        done = subprocess.run(
            [*LINE, *arguments],
            env={"PATH": os.environ["PATH"]},
            user=54321,
            capture_output=True,
            text=True,
            check=False,
        )
    except PermissionError:
        pytest.skip("that user cannot read the Python installation")
    if "No module named" in done.stderr:
        pytest.skip("that user cannot read the Python installation")
    assert done.returncode == code and "Traceback" not in done.stderr
    assert code == 0 or "Set XDG_DATA_HOME" in done.stderr


@pytest.mark.parametrize("value", ["a" * 5000, "/dev/null", "/dev/null/x", "relative", " ", "a\nb"])
def test_odd_folders_of_corpora(value, seqkit, monkeypatch):
    monkeypatch.setenv("SEQKIT_CORPORA_DIR", value)
    assert seqkit("corpora", "list").code == 0
    result = seqkit("corpora", "stats", "sample-english")
    assert result.code == (1 if len(value) > 4000 else 0)
    if result.code:
        assert "SEQKIT_CORPORA_DIR=" in result.err and len(result.err) < 600
        assert seqkit("corpora", "list").err.count("SEQKIT_CORPORA_DIR=") == 1


def test_a_folder_of_corpora_that_may_not_be_entered(seqkit, monkeypatch):
    real = os.stat

    def stat(path, *arguments, **named):
        if str(path).startswith("/forbidden"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "stat", stat)
    monkeypatch.setenv("SEQKIT_CORPORA_DIR", "/forbidden")
    assert seqkit("corpora", "list").code == 0
    result = seqkit("corpora", "stats", "sample-english")
    assert result.code == 1
    assert "SEQKIT_CORPORA_DIR=/forbidden: cannot be read (Permission denied)" in result.err
    assert "unset it" in result.err


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
@pytest.mark.parametrize("limit", ["-v 300000", "-n 12", "-f 0", "-t 1", "-d 100000"])
def test_limits_of_the_shell(limit, tmp_path):
    """One line or a result, and no half-written file. (A stack of a few kB kills Python itself.)"""
    out = tmp_path / "out.conllu"
    line = f"ulimit {limit}; exec {sys.executable} -m seqkit tag -o {out} 'Time flies.' 2>&1 | cat"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stdout, done.stdout
    # The limit of CPU time is a SIGKILL, which can leave a temporary file beside the target.
    found = [path.name for path in tmp_path.iterdir() if limit != "-t 1" or not path.name.startswith(".")]
    assert found in ([], ["out.conllu"])
    if out.exists():
        assert out.read_text().endswith("\n\n")
