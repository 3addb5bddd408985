"""Requirements of a model: registered names by kind, their packages, and versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from importlib import metadata
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.extend.manager import registry
from seqkit.extend.registry import GROUP, KINDS
from seqkit.io.json_files import AGAIN
from seqkit.models.options import names_in, parts_of_options

Needs = Mapping[str, Mapping[str, str]]
"""Kind of record -> name -> its distribution, as in `config.json`."""
Versions = Mapping[str, str]
"""Distribution -> version."""


def needs_of(model: str, options: Any) -> dict[str, dict[str, str]]:
    """The requirements of a model with these options. Raises SeqkitError if one is not installed."""
    host = registry()
    registered = host.registered("models", model)
    task = host.registered("tasks", registered.spec.task)
    needs = {
        "models": {model: registered.distribution},
        "tasks": {task.spec.name: task.distribution},
    }
    given = {field.name: getattr(options, field.name) for field in fields(options)}
    for option, kind in parts_of_options(type(options)).items():
        chosen = names_in(str(given.get(option, "")))
        if chosen:
            needs[kind] = {one: host.registered(kind, one).distribution for one in chosen}
    return needs


def versions_of(needs: Needs) -> dict[str, str]:
    """The installed version of each required distribution."""
    return {name: _version(name) for name in _distributions(needs)}


def third_party_versions(needs: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The version of each distribution except seqkit. Args: needs, registered names -> distributions."""
    found = {distribution for names in needs for distribution in names.values()}
    return {name: _version(name) for name in sorted(found - {GROUP})}


def third_party(versions: Versions) -> list[str]:
    """`NAME VERSION` of each distribution except seqkit."""
    return [f"{name} {version}" for name, version in versions.items() if name != GROUP]


def missing(needs: Needs) -> Iterator[tuple[str, str]]:
    """Yield problem and fix of each missing requirement."""
    for kind, names in needs.items():
        if kind not in KINDS:
            yield f"needs a '{kind}', which this seqkit does not know", AGAIN
        elif not isinstance(names, dict):
            yield f"the {kind} in 'needs' are no object of names and packages", AGAIN
        else:
            yield from _missing(kind, names)


def _missing(kind: str, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    host = registry()
    installed = {registered.spec.name for registered in host.all(kind)}
    for name, distribution in names.items():
        if name in installed:
            continue
        try:
            reason, fix = host.missing(kind, name, distribution)
        except SeqkitError as error:  # two plugins claim it
            yield error.problem, error.fix
        else:
            yield f"needs '{name}' of the plugin package {distribution}, {reason}", fix


def changed(needs: Needs, before: Versions) -> str:
    """The distributions whose versions changed, as text; "" if none, or if versions are unknown."""
    now = versions_of(needs)
    return " and ".join(
        f"{name} {before[name]} (installed: {now[name] or 'none'})"
        for name in now
        if name in before and before[name] != now[name]
    )


def changed_third_party(config: Mapping[str, Any]) -> str:
    """As `changed`, for the configuration of a model, without seqkit. Older folders record no versions."""
    before = {name: version for name, version in _recorded(config).items() if name != GROUP}
    return changed(config["needs"], before)


def _recorded(config: Mapping[str, Any]) -> dict[str, str]:
    """The versions in a configuration. Raises SeqkitError if they are invalid."""
    versions = config.get("versions", {})
    if not isinstance(versions, dict) or not all(isinstance(version, str) for version in versions.values()):
        raise SeqkitError("config.json: 'versions' does not hold a version for each package", AGAIN)
    return versions


def _distributions(needs: Needs) -> list[str]:
    return sorted({distribution for names in needs.values() for distribution in names.values()})


def _version(distribution: str) -> str:
    if distribution.endswith(".py"):
        return next((one.version for one in registry().plugins if one.distribution == distribution), "")
    try:
        return metadata.version(distribution)
    except (metadata.PackageNotFoundError, ValueError):
        return ""
