"""`seqkit plugins`: list plugins, what each provides, and their faults. `new` and `check` have their own modules."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import typer

from seqkit.cli.data_command import DataCommand
from seqkit.cli.help_pages import HelpfulCommand
from seqkit.cli.light_command import LightGroup
from seqkit.cli.plugins_check import check
from seqkit.cli.plugins_new import new
from seqkit.errors import SeqkitError, did_you_mean
from seqkit.extend.manager import registry
from seqkit.extend.registry import KINDS, Failure, Plugin, Registered, Registry
from seqkit.terminal.tables import print_table, show_json

app = typer.Typer(cls=LightGroup, invoke_without_command=True, rich_markup_mode=None)
app.command("new", cls=HelpfulCommand)(new)
app.command("check", cls=DataCommand)(check)


@app.callback()
def plugins(
    context: typer.Context,
    kind: Annotated[
        str, typer.Option(help=f"List the names of one kind with their summaries: {', '.join(KINDS)}.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List plugins, begin a new one, or check those that are installed.

    Without a command: list the plugins, what each provides, and the faults of those that do not work.

    \b
    Examples:
      seqkit plugins
      seqkit plugins --kind models
      seqkit plugins new seqkit-lem --kind recurrence
      seqkit plugins check seqkit-lem
    """
    if context.invoked_subcommand is not None:
        return
    found = registry()
    if kind:
        _show_kind(found, kind, as_json)
    elif as_json:
        show_json(_as_data(found))
        return
    else:
        rows = [(plugin.plugin, _origin(plugin), _in_words(found, plugin)) for plugin in found.plugins]
        print_table(("plugin", "from", "provides"), rows)
    for failure in _every_fault(found):
        origin = f" of {failure.distribution}" if failure.distribution else ""
        typer.echo(f"seqkit: plugin '{failure.plugin}'{origin}: {failure.reason}", err=True)


def _every_fault(found: Registry) -> list[Failure]:
    """The faults that the plugin host recorded, and those of the records of third-party plugins."""
    from seqkit.cli.plugin_faults import faults_of_records

    return [*found.failures, *faults_of_records()]


def _show_kind(found: Registry, kind: str, as_json: bool) -> None:
    """Print the names of one kind, with summary and origin. Raises SeqkitError for an unknown kind."""
    if kind not in KINDS:
        raise SeqkitError(f"--kind {kind}: there is no such kind", did_you_mean(kind, KINDS), exit_code=2)
    if as_json:
        show_json([_record(registered) for registered in found.all(kind)])
        return
    rows = [(one.spec.name, one.spec.summary, _origin(one)) for one in found.all(kind)]
    print_table(("name", "summary", "from"), rows)


def _record(registered: Registered) -> dict[str, Any]:
    return {
        "name": registered.spec.name,
        "summary": registered.spec.summary,
        "plugin": registered.plugin,
        "distribution": registered.distribution,
        "version": registered.version,
        "builtin": registered.builtin,
    }


def _as_data(found: Registry) -> dict[str, object]:
    return {
        "plugins": [
            {**dataclasses.asdict(plugin), "builtin": plugin.builtin, "provides": _provides(found, plugin)}
            for plugin in found.plugins
        ],
        "failures": [dataclasses.asdict(failure) for failure in _every_fault(found)],
    }


def _provides(found: Registry, plugin: Plugin) -> dict[str, list[str]]:
    """Kind -> the names that this plugin registers."""
    provided: dict[str, list[str]] = {}
    for kind in KINDS:
        for one in found.all(kind):
            if (one.plugin, one.distribution) == (plugin.plugin, plugin.distribution):
                provided.setdefault(kind, []).append(one.spec.name)
    return provided


def _in_words(found: Registry, plugin: Plugin) -> str:
    parts = [f"{KINDS[kind][1]} {', '.join(names)}" for kind, names in _provides(found, plugin).items()]
    return "; ".join(parts) or "nothing"


def _origin(plugin: Plugin) -> str:
    return "built in" if plugin.builtin else f"{plugin.distribution} {plugin.version}"
