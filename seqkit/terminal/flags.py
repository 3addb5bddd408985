"""Command-line options from options dataclasses: the options of tasks appear in `train` and `evaluate`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

import typer

from seqkit.option_fields import OptionField, option_fields


class Flags(NamedTuple):
    """The options declared by records of one kind."""

    owners: dict[str, list[str]]
    """Option -> the tasks that have it."""
    fields: dict[str, OptionField]

    @classmethod
    def of(cls, records: Iterable[tuple[str, type]]) -> Flags:
        """Collect the options of records. Args: records, (task, options dataclass) pairs."""
        owners: dict[str, list[str]] = {}
        fields: dict[str, OptionField] = {}
        for task, options in records:
            for field in option_fields(options):
                owners.setdefault(field.name, []).append(task)
                fields.setdefault(field.name, field)
        return cls(owners, fields)


def with_flags(command: Callable[..., None], flags: Flags, *, negatable: bool = False) -> Callable[..., None]:
    """Add an option to a command for each field, except fields with the name of one of the command's parameters.

    The command receives their values as its argument `given`, name -> value. Options that are not on the command line
    are not in the mapping, which distinguishes unset from false.

    Args: negatable, whether every switch also has a `--no-` form, because a file of options may have turned it on.
    """
    signature = inspect.signature(command, eval_str=True)
    added = {f"option_{name}": name for name in flags.fields if name not in signature.parameters}

    def run(**arguments: Any) -> None:
        given = {name: arguments.pop(parameter) for parameter, name in added.items()}
        command(**arguments, given={name: value for name, value in given.items() if value not in (None, [])})

    parameters = [parameter for name, parameter in signature.parameters.items() if name != "given"]
    for parameter, name in added.items():
        annotation = _annotation(flags.fields[name], flags.owners[name], negatable)
        parameters.append(
            inspect.Parameter(parameter, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        )
    run.__signature__ = signature.replace(parameters=_keyword_only(parameters))  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__doc__, run.__name__ = command.__doc__, command.__name__
    return run


def _keyword_only(parameters: Iterable[inspect.Parameter]) -> list[inspect.Parameter]:
    """Make all parameters keyword-only: Typer passes every argument by name."""
    return [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]


def _annotation(field: OptionField, owners: list[str], negatable: bool) -> Any:
    flag = flag_of(field.name)
    if field.default is True or (negatable and field.annotation is bool):
        flag += f"/{flag_of(f'no_{field.name}')}"
    names = ", ".join(owners).capitalize()
    return Annotated[
        _accepted(field.annotation),
        typer.Option(
            flag,
            help=f"{names}: {field.meaning}",
            show_default=False,
            rich_help_panel=names if len(owners) == 1 else None,
        ),
    ]


def _accepted(annotation: Any) -> Any:
    """The type that Typer parses for a field; None means that the option is not on the command line."""
    if get_origin(annotation) in (UnionType, Union):
        inner = [one for one in get_args(annotation) if one is not type(None)]
        return _accepted(inner[0])
    if get_origin(annotation) in (tuple, list):
        return list[str] | None
    return annotation | None if annotation in (bool, int, float, Path) else str | None


def flag_of(name: str) -> str:
    """Return the flag of an option: `--max-seconds` for `max_seconds`."""
    return f"--{name.replace('_', '-')}"


def unsuitable(given: Mapping[str, Any], flags: Flags, task: str) -> tuple[str, list[str]] | None:
    """Return the flag of the first option in `given` that the task lacks, and the tasks that have it; None if none."""
    for name in given:
        if task not in flags.owners.get(name, [task]):
            return flag_of(name), flags.owners[name]
    return None
