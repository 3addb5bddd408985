"""Each hook's docstring is a complete plugin: each is installed and must work as printed."""

import inspect
import textwrap

import pytest

from seqkit.extend import hookspecs
from seqkit.extend.manager import registry
from seqkit.extend.registry import KINDS

HOOKS = [name for name in vars(hookspecs) if name.startswith("seqkit_")]


def example_in(docstring: str) -> str:
    """The indented block after the first line."""
    return textwrap.dedent(docstring.split("\n", 1)[1])


def test_every_kind_has_its_hook():
    assert sorted(HOOKS) == sorted(f"seqkit_{kind}" for kind in KINDS)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_in_the_docstring_is_a_working_plugin(hook, install_plugin):
    kind = hook.removeprefix("seqkit_")
    install_plugin("example", example_in(vars(hookspecs)[hook].__doc__))
    assert registry().failures == []
    (mine,) = [registered for registered in registry().all(kind) if registered.plugin == "example"]
    assert isinstance(mine.spec, KINDS[kind][0])


@pytest.mark.parametrize("hook", HOOKS)
def test_the_hook_takes_no_argument_and_is_annotated(hook):
    signature = inspect.signature(vars(hookspecs)[hook])
    assert not signature.parameters
    assert KINDS[hook.removeprefix("seqkit_")][0].__name__ in str(signature.return_annotation)
