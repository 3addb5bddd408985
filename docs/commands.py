"""Arguments and options of all commands, read from their functions: `--help` depends on the version of Typer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import UnionType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import typer

from seqkit.cli import batch
from seqkit.cli.app import app
from seqkit.cli.group import MADE
from seqkit.extend.manager import load, registry

VALUES = {bool: "", str: " TEXT", int: " NUMBER", float: " NUMBER", Path: " PATH"}


class Parameter(NamedTuple):
    """An argument or an option."""

    names: tuple[str, ...]
    """Names of an option, such as `--format`, `-f`; the metavar of an argument."""
    value: str
    """Metavar of the option's value, such as ` TEXT`; empty for a flag."""
    usage: str
    """The argument in the usage line; empty for an option."""
    meaning: str


class Command(NamedTuple):
    """A command, with its arguments and options."""

    name: str
    summary: str
    parameters: list[Parameter]
    options: frozenset[str]
    """Names of all its options, those that are added to many commands included."""


def commands() -> list[Command]:
    """Every command, sorted by name."""
    found: dict[str, Any] = {info.name: info.callback for info in app.registered_commands}
    found |= {name: make() for name, (make, _) in MADE.items()}
    offered = [one for one in registry().all("commands") if one.builtin]
    found |= {one.spec.name: load(one.spec.command) for one in offered}
    found |= {group.name: group.typer_instance.registered_callback.callback for group in groups_that_act()}
    for group in app.registered_groups:
        inner = group.typer_instance.registered_commands
        found |= {f"{group.name} {info.name}": info.callback for info in inner}
    found |= {f"batch {verb}": function for verb, function in batch.verbs().items()}
    return [
        Command(
            name,
            (inspect.getdoc(function) or "").partition("\b")[0].strip(),
            list(_parameters(function)),
            options_of(name),
        )
        for name, function in sorted(found.items())
    ]


def options_of(name: str) -> frozenset[str]:
    """The names of a command's options."""
    found: Any = typer.main.get_command(app)
    for part in name.split():
        found = found.get_command(typer.Context(found), part)
    return frozenset(name for one in found.params for name in one.opts)


def groups_that_act() -> list[Any]:
    """Groups that can be called without a command."""
    return [
        group for group in app.registered_groups if group.typer_instance.info.invoke_without_command is True
    ]


def _parameters(function: Callable[..., Any]) -> Iterator[Parameter]:
    hints = get_type_hints(function, include_extras=True)
    for parameter in inspect.signature(function).parameters.values():
        if hints[parameter.name] is typer.Context:
            continue
        kind, info = get_args(hints[parameter.name])
        if getattr(info, "hidden", False):
            continue
        required = parameter.default is parameter.empty
        meaning = info.help + (" Required." if required else _default(parameter.default))
        if type(info).__name__ == "ArgumentInfo":
            name = (info.metavar or parameter.name.upper()) + ("..." if _is_list(kind) else "")
            yield Parameter((name,), "", name if required else f"[{name}]", meaning)
        else:
            yield Parameter(_option_names(parameter.name, info), VALUES[_plain(kind)], "", meaning)


def _option_names(parameter: str, info: Any) -> tuple[str, ...]:
    """The long name first. Inside `Annotated` typer keeps the first name as the default."""
    first = [info.default] if isinstance(info.default, str) else []
    names = [*first, *(info.param_decls or ())] or [f"--{parameter.replace('_', '-')}"]
    return tuple(sorted(names, key=len, reverse=True))


def _default(value: object) -> str:
    return f" Default: {value}." if value not in (None, "", False) else ""


def _plain(kind: Any) -> type:
    """The type of one value: `list[str] | None` -> `str`."""
    inner = [part for part in get_args(kind) if part is not type(None)]
    return _plain(inner[0]) if inner else kind


def _is_list(kind: Any) -> bool:
    parts = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    return any(get_origin(part) is list for part in parts)
