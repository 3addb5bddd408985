"""`seqkit train NAME --options`: list the options of a model, its task and its training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seqkit.api.train_request import TrainCommand
from seqkit.extend.manager import registry
from seqkit.option_fields import OptionField, option_fields
from seqkit.terminal.tables import print_tables

TITLES = {
    "task": "Data and task (also as options of the command)",
    "model": "Model",
    "training": "Training",
    "objective": "Objective",
    "optimizer": "Optimizer",
}
NONE = "–"


def show_options(arguments: TrainCommand) -> None:
    """Write a table for each section to stdout.

    The options depend on encoders, decoder, objective and optimizer, which --config and --set choose. If the command
    line sets options, a column shows the values that differ from the defaults. Raises SeqkitError for a value that is
    out of range.
    """
    from seqkit.evaluation.report import Table
    from seqkit.training.request_sections import task_of

    request = arguments.merged()
    spec = registry().find("models", arguments.model)
    defaults = task_of(spec).defaults
    header = ["option", "default", *(["value"] if _chosen(arguments) else []), "unit", "meaning"]
    tables = []
    for name, title in TITLES.items():
        kind: Any = type(getattr(request, name))
        values = request.sections[name] if _chosen(arguments) else None
        rows = [_row(field, defaults, values) for field in option_fields(kind)]
        tables += [Table(f"{title}: --set NAME=VALUE", header, rows)] if rows else []
    print_tables(f"{arguments.model}: {spec.summary}", tables)


def _chosen(arguments: TrainCommand) -> bool:
    """Whether the command line sets any option."""
    return bool(arguments.settings or arguments.configs or arguments.options or arguments.start)


def _row(field: OptionField, defaults: Mapping[str, Any], values: Mapping[str, Any] | None) -> list[str]:
    """The row of an option. Args: defaults, of the task; values, of the request, or None to omit the column."""
    choices = field.type_name.removeprefix("Literal").strip("[]").replace('"', "").replace("'", "")
    meaning = f"One of {choices}. {field.meaning}" if field.type_name.startswith("Literal") else field.meaning
    default = defaults.get(field.name, field.default)
    row = [field.name, shown_default(default)]
    if values is not None:
        row.append(NONE if values[field.name] == default else shown_default(values[field.name]))
    return [*row, field.unit or NONE, meaning]


def shown_default(default: Any) -> str:
    """Format a value as in `--set`."""
    if isinstance(default, bool):
        return str(default).lower()
    if default is None or default in ("", ()):
        return NONE
    return ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
