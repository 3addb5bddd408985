"""`seqkit plugins`: its table and its JSON say the same as the registry."""

import json
import subprocess
import sys

import pytest

from seqkit import __version__
from seqkit.extend.manager import registry
from seqkit.extend.registry import KINDS
from seqkit.terminal.tables import size, table

CODE = """
from seqkit import RecurrenceSpec, hookimpl

@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("mingru", layer="os:path")
    yield RecurrenceSpec("lstm", layer="os:path")
"""


def run(*arguments, cwd):
    command = [sys.executable, "-m", "seqkit", "plugins", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=True)


def test_json_lists_plugins_what_they_provide_and_failures(install_plugin, tmp_path):
    install_plugin("mine", CODE)
    answer = run("--json", cwd=tmp_path)
    data = json.loads(answer.stdout)
    plugins = {plugin["plugin"]: plugin for plugin in data["plugins"]}
    assert answer.stderr == ""
    assert plugins["mine"] == {
        "plugin": "mine",
        "distribution": "mine-dist",
        "version": "0.1",
        "builtin": False,
        "provides": {"recurrences": ["mingru"]},
    }
    assert plugins["lstm"]["version"] == __version__
    assert plugins["lstm"]["provides"]["recurrences"] == ["lstm"]
    (failure,) = data["failures"]
    assert failure["plugin"] == "mine"
    assert "'lstm'" in failure["reason"]


def test_a_plugin_that_offers_nothing_is_listed_as_such(install_plugin, tmp_path):
    install_plugin("idle", "")
    lines = run(cwd=tmp_path).stdout.splitlines()
    assert ["idle", "idle-dist", "0.1", "nothing"] in [line.split() for line in lines]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_lists_its_names_with_summary_and_origin(seqkit, install_plugin, kind):
    install_plugin("mine", CODE.replace('"os:path")', '"os:path", summary="one gate")', 1))
    as_data = json.loads(seqkit("plugins", "--kind", kind, "--json").out)
    lines = seqkit("plugins", "--kind", kind).out.splitlines()[1:]
    assert [row["name"] for row in as_data] == [line.split()[0] for line in lines]
    assert [row["name"] for row in as_data] == [one.spec.name for one in registry().all(kind)]
    for row, line in zip(as_data, lines, strict=True):
        assert row["summary"] in line
        assert line.endswith("built in" if row["builtin"] else "mine-dist 0.1")
    if kind == "recurrences":
        (mine,) = [row for row in as_data if row["plugin"] == "mine"]
        assert mine == {
            "name": "mingru",
            "summary": "one gate",
            "plugin": "mine",
            "distribution": "mine-dist",
            "version": "0.1",
            "builtin": False,
        }


def test_a_misspelt_kind_is_refused(seqkit):
    result = seqkit("plugins", "--kind", "recurences")
    assert result.code == 2 and "Did you mean 'recurrences'?" in result.err


def test_every_builtin_has_a_summary():
    records = [one for kind in KINDS for one in registry().all(kind) if one.builtin]
    assert [one.spec.name for one in records if not one.spec.summary] == []


def test_table_columns_line_up():
    assert (
        table(("name", "words"), [("a", "7"), ("abcde", "1200")])
        == "name   words\na          7\nabcde   1200"
    )
    assert table(("name", "words"), []) == "name  words"


def test_sizes_are_readable():
    assert [size(count) for count in (999, 21_360, 999_600, 17_833_099, 2_000_000_000)] == [
        "999 B",
        "21.4 kB",
        "1 MB",
        "17.8 MB",
        "2 GB",
    ]
