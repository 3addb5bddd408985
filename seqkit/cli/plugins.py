"""`seqkit plugins`: who offers what, and what went wrong."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated

import typer

from seqkit.cli.render import print_table
from seqkit.extend.manager import registry
from seqkit.extend.registry import KINDS, Plugin, Registry


def plugins(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object in place of the table.")] = False,
) -> None:
    """List the plugins, what each provides, and the faults of those that do not work."""
    found = registry()
    if as_json:
        typer.echo(json.dumps(_as_data(found), indent=2, ensure_ascii=False))
        return
    rows = [(plugin.plugin, _origin(plugin), _in_words(found, plugin)) for plugin in found.plugins]
    print_table(("plugin", "from", "provides"), rows)
    for failure in found.failures:
        origin = f" of {failure.distribution}" if failure.distribution else ""
        typer.echo(f"seqkit: plugin '{failure.plugin}'{origin}: {failure.reason}", err=True)


def _as_data(found: Registry) -> dict[str, object]:
    return {
        "plugins": [
            {**dataclasses.asdict(plugin), "builtin": plugin.builtin, "provides": _provides(found, plugin)}
            for plugin in found.plugins
        ],
        "failures": [dataclasses.asdict(failure) for failure in found.failures],
    }


def _provides(found: Registry, plugin: Plugin) -> dict[str, list[str]]:
    """Kind -> the names that this plugin owns."""
    provided: dict[str, list[str]] = {}
    for kind in KINDS:
        for claim in found.all(kind):
            if (claim.plugin, claim.distribution) == (plugin.plugin, plugin.distribution):
                provided.setdefault(kind, []).append(claim.spec.name)
    return provided


def _in_words(found: Registry, plugin: Plugin) -> str:
    parts = [f"{KINDS[kind][1]} {', '.join(names)}" for kind, names in _provides(found, plugin).items()]
    return "; ".join(parts) or "nothing"


def _origin(plugin: Plugin) -> str:
    return "built in" if plugin.builtin else f"{plugin.distribution} {plugin.version}"
