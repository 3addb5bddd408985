"""Commands that only list things import none of the heavy packages."""

import json
import subprocess
import sys

import pytest

HEAVY = {"torch", "spacy", "matplotlib", "sentencepiece", "numpy", "pydantic", "rich"}
PROBE = """
import json, sys
from seqkit.cli.app import main
sys.argv = ["seqkit", *{arguments!r}]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print(json.dumps(sorted({heavy!r} & set(sys.modules))), file=sys.stderr)
"""


def imported_by(arguments: list[str], cwd) -> list[str]:
    probe = PROBE.format(arguments=arguments, heavy=HEAVY)
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, cwd=cwd, check=True)
    assert run.stdout.strip()
    return json.loads(run.stderr.splitlines()[-1])


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["plugins"],
        ["plugins", "--kind", "recurrences"],
        ["models", "list"],
        ["corpora", "list"],
    ],
    ids=" ".join,
)
def test_listing_imports_nothing_heavy(arguments, tmp_path):
    assert imported_by(arguments, tmp_path) == []


@pytest.mark.parametrize(
    "arguments", [["tag", "Time flies."], ["tag", "--probabilities", "--format", "table", "A dog."]]
)
def test_a_short_text_is_tagged_without_torch_and_spacy(arguments, tmp_path):
    assert not {"torch", "spacy"} & set(imported_by(arguments, tmp_path))


def test_a_long_text_is_tagged_with_torch(tmp_path):
    (tmp_path / "long.txt").write_text("Time flies. " * 700, encoding="utf-8")
    assert "torch" in imported_by(["tag", str(tmp_path / "long.txt")], tmp_path)


def test_the_probe_sees_what_a_command_imports(tmp_path):
    assert "sentencepiece" in imported_by(["corpora", "stats", "sample-english"], tmp_path)


def test_the_public_api_imports_neither_torch_nor_spacy(tmp_path):
    code = "import seqkit, sys; print(sorted({'torch', 'spacy'} & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert run.stdout.strip() == "[]"
