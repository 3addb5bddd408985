"""The plugin host with third-party packages installed as pip does: broken ones have no effect on others."""

import subprocess
import sys

import pytest

from seqkit.errors import SeqkitError
from seqkit.extend.checks import fault_of_record
from seqkit.extend.manager import load, registry
from seqkit.extend.registry import KINDS

GOOD = """
from seqkit import RecurrenceSpec, hookimpl

class MinGRU: ...

@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("{name}", layer="{module}:MinGRU", summary="a gated layer without U")
"""
MISSPELT = """
from seqkit import hookimpl

@hookimpl
def seqkit_recurences():
    yield None
"""
WRONG_TYPE = """
from seqkit import ModelSpec, RecurrenceSpec, hookimpl

@hookimpl
def seqkit_recurrences():
    yield {"name": "a dict"}
    yield RecurrenceSpec(7, layer="os:path")
    yield RecurrenceSpec("right", layer="os:path")
"""
RAISES = """
from seqkit import FormatSpec, RecurrenceSpec, hookimpl

@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("begun", layer="os:path")
    raise RuntimeError("the disk is on fire")

@hookimpl
def seqkit_formats():
    yield FormatSpec("vertical", (".vert",))
"""


HOOKS = {
    "Recurrence": "recurrences",
    "Corpus": "corpora",
    "Model": "models",
    "Format": "formats",
    "Decoder": "decoders",
}


def yields(record: str) -> str:
    """A plugin that yields this one record."""
    hook = HOOKS.get(record.partition("Spec")[0], "pretrained")
    return f"from seqkit import *\nfrom seqkit import hookimpl\n\n@hookimpl\ndef seqkit_{hook}():\n    yield {record}\n"


def good(name: str, module: str = "mine_plugin") -> str:
    return GOOD.format(name=name, module=module)


def names(kind: str) -> list[str]:
    return [registered.spec.name for registered in registry().all(kind)]


def reasons(plugin: str) -> list[str]:
    return [failure.reason for failure in registry().failures if failure.plugin == plugin]


def assert_builtins_work():
    assert registry().find("recurrences", "lstm").layer.startswith("seqkit_lstm")
    assert "conllu" in names("formats")


def test_a_third_party_record_is_found_with_its_origin_and_loads(install_plugin):
    install_plugin("mine", good("mingru"), version="2.5")
    registered = registry().registered("recurrences", "mingru")
    assert (registered.plugin, registered.distribution, registered.version) == ("mine", "mine-dist", "2.5")
    assert not registered.builtin
    assert load(registered.spec.layer).__name__ == "MinGRU"
    assert registry().failures == []


def test_builtins_come_from_the_distribution_seqkit():
    from seqkit import __version__

    registered = registry().registered("recurrences", "lstm")
    assert (registered.distribution, registered.version, registered.builtin) == ("seqkit", __version__, True)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import a_package_nobody_has", "No module named 'a_package_nobody_has'"),
        ("def broken(:", "SyntaxError"),
        (MISSPELT, "seqkit_recurences"),
        (RAISES, "RuntimeError: the disk is on fire"),
        (WRONG_TYPE, "yielded a dict, not a RecurrenceSpec"),
        (WRONG_TYPE, "name is 7, not a string"),
        (GOOD.replace("seqkit_recurrences()", "seqkit_recurrences(colour)"), "colour"),
        (
            "from seqkit import FormatSpec, hookimpl\n\n@hookimpl\ndef seqkit_formats():\n"
            "    yield FormatSpec('x', '.x')",
            "not a tuple",
        ),
        ("raise SystemExit(3)", "SystemExit: 3"),
        (GOOD.replace("yield", "raise SystemExit(3)\n    yield"), "SystemExit: 3"),
        (yields("RecurrenceSpec('x', layer=5)"), "layer is 5, not a string"),
        (yields("RecurrenceSpec('x', layer='os.path')"), "'os.path', not of the form 'module:attribute'"),
        (yields("RecurrenceSpec('../x', layer='os:path')"), "not a name without blanks and slashes"),
        (yields("ModelSpec('x', 'tagging', options=str, build='os:path')"), "not a dataclass"),
        (yields("ModelSpec('x', 'tagging', options={}, build='os:path')"), "options is {}, not a type"),
        (yields("FormatSpec('x', ('.x', 5))"), "not a tuple"),
        (yields("FormatSpec('x', ('.x',), reader='os:path', writer=5)"), "writer is 5"),
        (yields("FormatSpec('x', ('',))"), "suffixes is ('',), not made of suffixes like '.txt'"),
        (yields("FormatSpec('x', ('.x', 'vert'))"), "not made of suffixes"),
        (yields("FormatSpec('x', ('.VERT',))"), "in lower case"),
        (yields("DecoderSpec('x', 'a:b', 'a:b', writer='a:b')"), "with a writer but no suffixes"),
        (yields("CorpusSpec('x', 'en', '', '', ('a.txt',), {})"), "files is ('a.txt',)"),
        (yields("CorpusSpec('x', 'en', '', '', (CorpusFile('a', '', '9'),), {})"), "files is (CorpusFile("),
        (yields("CorpusSpec('x', 'en', '', '', (), {'train': 'a.txt'})"), "splits is {'train': 'a.txt'}"),
        (yields("PretrainedSpec('x', 'a:b', 'tagging', language=None)"), "language is None, not a string"),
    ],
)
def test_a_broken_plugin_is_named_and_has_no_effect(install_plugin, code, reason):
    install_plugin("broken", code)
    install_plugin("mine", good("mingru"))
    assert any(reason in line for line in reasons("broken"))
    assert {failure.plugin for failure in registry().failures} == {"broken"}
    assert "mingru" in names("recurrences")
    assert_builtins_work()


def test_what_works_in_a_plugin_with_a_fault_stays(install_plugin):
    install_plugin("wrong", WRONG_TYPE)
    install_plugin("raises", RAISES)
    assert "right" in names("recurrences")
    assert "begun" not in names("recurrences")
    assert "vertical" in names("formats")


def test_an_entry_point_without_a_module(install_plugin):
    site = install_plugin("gone", "")
    (site / "gone_plugin.py").unlink()
    assert "No module named 'gone_plugin'" in reasons("gone")[0]
    assert_builtins_work()


def test_a_plugin_cannot_take_a_builtin_name(install_plugin):
    install_plugin("thief", good("lstm", "thief_plugin"))
    assert registry().registered("recurrences", "lstm").builtin
    (reason,) = reasons("thief")
    assert "'lstm'" in reason
    assert "plugin 'lstm' of seqkit" in reason
    assert "plugin 'thief' of thief-dist 0.1" in reason


def test_a_plugin_cannot_take_a_builtin_suffix(install_plugin):
    code = (
        "from seqkit import FormatSpec, hookimpl\n\n@hookimpl\ndef seqkit_formats():\n"
        "    yield FormatSpec('mine', ('.mine', '.tsv'))\n"
    )
    install_plugin("thief", code)
    assert "mine" not in names("formats")
    assert "the suffix '.tsv' is registered by" in reasons("thief")[0]
    assert registry().registered("formats", "tsv").builtin


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_two_plugins_with_one_name(install_plugin, order):
    for plugin in order:
        install_plugin(plugin, good("same", f"{plugin}_plugin"))
    install_plugin("third", good("other", "third_plugin"))
    with pytest.raises(SeqkitError, match=r"'one' of one-dist 0\.1 and by plugin 'two' of two-dist 0\.1"):
        registry().find("recurrences", "same")
    assert len(reasons("one")) == len(reasons("two")) == 1
    assert "same" not in names("recurrences")
    assert "other" in names("recurrences")
    assert_builtins_work()


@pytest.mark.parametrize(
    ("wanted", "expected"), [(None, {"aa", "bb"}), ("", set()), ("one", {"aa"}), ("two, one", {"aa", "bb"})]
)
def test_seqkit_plugins_selects_third_party_plugins(install_plugin, monkeypatch, wanted, expected):
    install_plugin("one", good("aa", "one_plugin"))
    install_plugin("two", good("bb", "two_plugin"))
    if wanted is not None:
        monkeypatch.setenv("SEQKIT_PLUGINS", wanted)
    assert {"aa", "bb"} & set(names("recurrences")) == expected
    assert registry().failures == []
    assert_builtins_work()


def test_a_plugin_left_out_is_not_even_imported(install_plugin, monkeypatch):
    install_plugin("broken", "raise RuntimeError('imported')")
    monkeypatch.setenv("SEQKIT_PLUGINS", "")
    assert registry().failures == []
    assert "broken_plugin" not in sys.modules


def test_seqkit_plugins_names_one_that_is_not_installed(install_plugin, monkeypatch):
    install_plugin("mine", good("mingru"))
    monkeypatch.setenv("SEQKIT_PLUGINS", "mien")
    (failure,) = registry().failures
    assert failure.plugin == "mien"
    assert "Did you mean 'mine'?" in failure.reason


def test_an_unknown_name_gives_the_nearest_and_the_plugins_with_faults(install_plugin):
    install_plugin("broken", "import a_package_nobody_has")
    with pytest.raises(SeqkitError) as error:
        registry().find("recurrences", "lsmt")
    assert error.value.exit_code == 2
    assert "no recurrence named 'lsmt'" in error.value.problem
    assert "Did you mean 'lstm'?" in error.value.fix
    assert "broken" in error.value.fix


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("a_package_nobody_has:Layer", "No module named"),
        ("os:no_such_thing", "no_such_thing"),
        ("os.path", "os.path cannot be loaded"),
        ("exits_at_once:x", "SystemExit"),
    ],
)
def test_load_names_the_reference_and_the_reason(install_plugin, reference, reason):
    install_plugin("exits", "raise SystemExit(3)", module="exits_at_once")
    with pytest.raises(SeqkitError, match=reason) as error:
        load(reference)
    assert reference in error.value.problem


def test_load_follows_dots_in_the_attribute():
    import os.path

    assert load("os:path.join") is os.path.join


def test_the_command_shows_plugins_on_stdout_and_faults_on_stderr(install_plugin, tmp_path):
    install_plugin("mine", good("mingru"))
    install_plugin("broken", "print('hello')\nimport a_package_nobody_has")
    run = subprocess.run(
        [sys.executable, "-m", "seqkit", "plugins"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert any(
        line.split() == ["mine", "mine-dist", "0.1", "recurrence", "mingru"]
        for line in run.stdout.splitlines()
    )
    assert "a_package_nobody_has" not in run.stdout
    assert "hello" not in run.stdout and "hello" in run.stderr
    assert "plugin 'broken' of broken-dist" in run.stderr
    assert "a_package_nobody_has" in run.stderr
    assert "Traceback" not in run.stderr


READER = """
from seqkit import FormatSpec, RecurrenceSpec, hookimpl

def read(path, problems):
    yield 1 / 0

@hookimpl
def seqkit_formats():
    yield FormatSpec("vert", (".vert",), reader="vertical:read")

@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("flat", layer="vertical:read")
"""


def test_an_error_in_a_plugin_ends_by_naming_it(install_plugin, tmp_path):
    install_plugin("vertical", READER, module="vertical")
    (tmp_path / "a.vert").write_text("x")
    line = [sys.executable, "-m", "seqkit", "corpora", "stats", "a.vert"]
    run = subprocess.run(line, capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 1
    assert "ZeroDivisionError" in run.stderr
    assert run.stderr.rstrip().endswith("The error was raised in the plugin 'vertical' of vertical-dist.")


def test_a_class_that_is_not_a_layer_is_named(install_plugin):
    from seqkit.models.recurrences import recurrence_class

    install_plugin("vertical", READER, module="vertical")
    with pytest.raises(SeqkitError, match="'flat': vertical:read is not a seqkit"):
        recurrence_class("flat")(3, 4)


@pytest.mark.parametrize("kind", KINDS)
def test_records_of_built_in_plugins_have_no_fault(kind):
    """`registry` does not check them at run time."""
    faults = [fault_of_record(one.spec, KINDS[kind][0]) for one in registry().all(kind) if one.builtin]
    assert not any(faults)
