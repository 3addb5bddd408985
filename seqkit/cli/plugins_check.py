"""`seqkit plugins check`: check that all parts of a plugin load and meet their contracts."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.extend.files import entry_points_of_files
from seqkit.extend.registry import GROUP
from seqkit.io.streams import data_text
from seqkit.terminal.tables import print_table, show_json

if TYPE_CHECKING:
    from seqkit.testing.probing import PluginReport


def check(
    name: Annotated[
        str,
        typer.Argument(
            help="A plugin or its package. Default: all plugins, but only check that their parts load."
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    limit: Annotated[
        float,
        typer.Option(
            "--limit", help="Maximum seconds for the checks of a plugin.", rich_help_panel="Computing"
        ),
    ] = 600.0,
) -> None:
    """Check whether plugins meet their contracts, each in its own process. Exit code 1 if a check fails.

    \b
    Examples:
      seqkit plugins check
      seqkit plugins check seqkit-lem
      seqkit plugins check my_plugin --plugin ./my_plugin.py
    """
    reports = [_whole(name, limit)] if name else _every(limit)
    if as_json:
        show_json(_as_data(reports))
    else:
        _show(reports, bool(name))
    if any(report.failed for report in reports):
        raise typer.Exit(1)


def _whole(name: str, limit: float) -> PluginReport:
    """Run all checks of one plugin. Raises SeqkitError if it is not installed."""
    from seqkit.testing.probing import probe

    entries = _entries()
    names = sorted({entry.name for entry in entries if name in (entry.name, _package(entry))})
    if not names:
        known = {entry.name for entry in entries} | {_package(entry) for entry in entries}
        raise SeqkitError(f"{name}: no such plugin is installed", did_you_mean(name, known), exit_code=2)
    builtin = all(_package(entry) == GROUP for entry in entries if entry.name in names)
    report = probe("all", names, limit, [] if builtin else names)
    if not builtin:
        # Conflicts of names appear only if the other plugins are loaded, too.
        together = probe("faults", names, limit, None)
        report.faults += [fault for fault in together.faults if fault not in report.faults]
    return report


def _every(limit: float) -> list[PluginReport]:
    """Run the quick checks: of the built-in plugins together, and of each third-party plugin separately."""
    from seqkit.extend.allowed import allowed_plugins
    from seqkit.testing.probing import probe

    allowed = allowed_plugins()
    others = sorted({entry.name for entry in _entries() if _package(entry) != GROUP})
    builtin = sorted({entry.name for entry in _entries() if _package(entry) == GROUP})
    files = {entry.name for _, _, entry in entry_points_of_files()}
    chosen = [name for name in others if allowed is None or name in allowed or name in files]
    return [probe("quick", builtin, limit, []), *(probe("quick", [name], limit, [name]) for name in chosen)]


def _entries() -> list[EntryPoint]:
    """The entry points of all plugins, including plugin files. They are not imported."""
    from importlib.metadata import entry_points

    return [*entry_points(group=GROUP), *(entry for _, _, entry in entry_points_of_files())]


def _package(entry: EntryPoint) -> str:
    return str(entry.dist.metadata["Name"]) if entry.dist is not None else f"{entry.name}.py"


def _show(reports: list[PluginReport], details: bool) -> None:
    """Print a table of counts to standard output, faults and failures to standard error."""
    rows = [
        (one.kind, one.name, *(str(one.count(status)) for status in ("passed", "skipped", "failed")))
        for report in reports
        for one in report.records
        if details or one.count("failed")
    ]
    if rows:
        print_table(("kind", "name", "passed", "skipped", "failed"), rows)
    if details:
        for reason, count in _skipped(reports).items():
            print(f"skipped {count}: {reason}", file=data_text())
    total = Counter(one.status for report in reports for record in report.records for one in record.outcomes)
    faults = [fault for report in reports for fault in report.faults]
    counted = ", ".join(f"{total[status]:,} {status}" for status in ("passed", "skipped", "failed"))
    print(f"{total.total():,} checks: {counted}; {len(faults):,} faults", file=data_text())
    for line in [*faults, *_failures(reports)]:
        print(f"seqkit: {line}", file=sys.stderr)


def _skipped(reports: list[PluginReport]) -> Counter[str]:
    """Reason -> number of checks that were skipped for it."""
    outcomes = (one for report in reports for record in report.records for one in record.outcomes)
    return Counter(one.reason for one in outcomes if one.status == "skipped")


def _failures(reports: list[PluginReport]) -> list[str]:
    return [
        f"{record.kind} {record.name}: {one.check}: {one.reason}"
        for report in reports
        for record in report.records
        for one in record.outcomes
        if one.status == "failed"
    ]


def _as_data(reports: list[PluginReport]) -> dict[str, Any]:
    """Convert the reports to JSON data."""
    counts = Counter(one.status for report in reports for record in report.records for one in record.outcomes)
    return {
        "checks": counts.total(),
        **{status: counts[status] for status in ("passed", "skipped", "failed")},
        "plugins": [asdict(report) for report in reports],
    }
