"""`seqkit train NAME --options`: every option of a model, its task and its training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def show_options(model: str, settings: Mapping[str, Any]) -> None:
    """Write a table for each section to stdout. `settings` choose encoders, decoder, objective and optimizer."""
    from seqkit.evaluation.report import Table
    from seqkit.training.request import sections_of, task_of

    spec = registry().find("models", model)
    task = task_of(spec)
    sections = sections_of(spec, task, settings)
    tables = [
        Table(f"{title}: --set NAME=VALUE", ["option", "default", "meaning"], rows)
        for name, title in TITLES.items()
        if (rows := [_row(field, task.defaults) for field in option_fields(sections[name])])
    ]
    print_tables(f"{model}: {spec.summary}", tables)


def _row(field: OptionField, defaults: Mapping[str, Any]) -> list[str]:
    """An option for the table. Args: defaults, those of the task."""
    choices = field.type_name.removeprefix("Literal").strip("[]").replace('"', "").replace("'", "")
    meaning = f"One of {choices}. {field.meaning}" if field.type_name.startswith("Literal") else field.meaning
    return [field.name, shown_default(defaults.get(field.name, field.default)), meaning]


def shown_default(default: Any) -> str:
    """A value as `--set` takes it."""
    if isinstance(default, bool):
        return str(default).lower()
    if default is None or default in ("", ()):
        return "–"
    return str(default)
