"""The result of an evaluation as a value: tables for a terminal, JSON, Markdown for cards.

Imports no torch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, NamedTuple

from seqkit.evaluation.metric import PERCENT, POINTS, Metric
from seqkit.io.visible import visible


class Table(NamedTuple):
    """A table: title, header and rows of cells."""

    title: str
    header: list[str]
    rows: list[list[str]]
    in_card: bool = False
    """Whether `--card` adds it to the model's card."""


class Section(NamedTuple):
    """A section of a model card: heading, size of the data, tables."""

    title: str
    summary: str
    tables: Sequence[Table]
    note: str = ""
    """A line after the tables."""


class Part(ABC):
    """A part of a report: scores of one kind, as tables and as data."""

    @abstractmethod
    def tables(self) -> list[Table]:
        """The tables, in order."""

    @abstractmethod
    def data(self) -> dict[str, Any]:
        """The same for JSON, all digits."""


@dataclass(frozen=True)
class MetricsPart(Part):
    """Metrics with their intervals."""

    metrics: Sequence[Metric]
    title: str = "Scores"
    key: str = "metrics"
    """In the JSON."""
    in_card: bool = True

    def tables(self) -> list[Table]:
        """One table."""
        return [metric_table(self.metrics, self.title)._replace(in_card=self.in_card)]

    def data(self) -> dict[str, Any]:
        """By the names of the metrics."""
        return {self.key: metric_data(self.metrics)}


@dataclass(frozen=True)
class TablePart(Part):
    """Rows of typed scores, one table and one list in the JSON."""

    key: str
    table: Table
    rows: Sequence[Mapping[str, Any]]

    def tables(self) -> list[Table]:
        """The table."""
        return [self.table]

    def data(self) -> dict[str, Any]:
        """The rows."""
        return {self.key: list(self.rows)}


@dataclass(frozen=True)
class Report:
    """Scores of one model on one set of data, which become tables, JSON, Markdown and a section of the card."""

    title: str
    """Model and data, in one line."""
    metrics: Sequence[Metric] = ()
    """The scores as values, the main one first."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Further data for JSON: the model, the data set, counts."""
    tables: Sequence[Table] = ()
    """Tables after those of the parts."""
    section: str = ""
    """Heading of the scores in the model's card; "": they are not written to a card."""
    counted: str = ""
    """The size of the data, such as `2,077 sentences, 25,094 words`, shown under that heading."""
    note: str = ""
    """A line after the tables of the card."""
    parts: Sequence[Part] = ()
    """What the report is made of; by default the metrics."""

    @property
    def _parts(self) -> Sequence[Part]:
        return self.parts or [MetricsPart(self.metrics)]

    @property
    def shown(self) -> list[Table]:
        """The tables, in order."""
        return [*(table for part in self._parts for table in part.tables()), *self.tables]

    @property
    def data(self) -> dict[str, Any]:
        """All results as data for JSON."""
        found = dict(self.facts)
        for part in self._parts:
            found |= part.data()
        return found

    @property
    def card(self) -> Section | None:
        """The section that `--card` adds to the model card; None if there is none."""
        if not self.section:
            return None
        tables = [table for table in self.shown if table.in_card]
        return Section(self.section, f"{self.counted}." if self.counted else "", tables, self.note)

    def _repr_html_(self) -> str:
        """The report as HTML for notebooks."""
        return f"<p>{escape(self.title)}</p>" + "".join(map(html_table, self.shown))

    def markdown(self) -> list[str]:
        """The whole report as lines of Markdown."""
        return [f"## {self.title}", *markdown(Section("", "", self.shown, self.note))]


def html_table(table: Table) -> str:
    """A table with its title as HTML."""
    rows = [f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows]
    header = "".join(f"<th>{escape(cell)}</th>" for cell in table.header)
    caption = f"<caption>{escape(table.title)}</caption>"
    return f"<table>{caption}<tr>{header}</tr>{''.join(rows)}</table>"


def silver_warning(silver: str | None) -> str:
    """The warning for scores against silver labels; "" for gold labels."""
    return f"SILVER: labels by {silver}, not by people" if silver else ""


def metric_table(metrics: Sequence[Metric], title: str = "Scores") -> Table:
    """Metrics with their 95 % intervals; shares in %. The title lists the metrics for which lower is better."""
    lower = [metric.title for metric in metrics if not metric.higher_is_better]
    if lower:
        which = "" if len(lower) == len(metrics) else f"{', '.join(lower)}: "
        title += f" ({which}lower is better)"
    rows = [[metric.title, metric.shown, _interval(metric)] for metric in metrics]
    return Table(title, ["metric", "value", "95 % interval"], rows)


def metric_data(metrics: Sequence[Metric]) -> dict[str, Any]:
    """Metrics for JSON, by name: value, interval, unit and direction."""
    return {
        metric.name: {
            "value": metric.value,
            "interval_95": metric.interval,
            "unit": metric.unit,
            "higher_is_better": metric.higher_is_better,
        }
        for metric in metrics
    }


def _interval(metric: Metric) -> str:
    if metric.interval is None:
        return "–"
    scale, digits = (100, 2) if metric.unit in (PERCENT, POINTS) else (1, 3)
    low, high = (f"{scale * end:.{digits}f}" for end in metric.interval)
    return f"{low}–{high}"


def markdown_row(*cells: str) -> str:
    """Cells as a row of a Markdown table."""
    return "| " + " | ".join(visible(cell).replace("|", "\\|") for cell in cells) + " |"


def markdown_table(table: Table) -> list[str]:
    """A table as lines of Markdown, without its title."""
    rows = [table.header, ["---"] * len(table.header), *table.rows]
    return [markdown_row(*cells) for cells in rows]


def markdown(section: Section) -> list[str]:
    """A section of a card as lines of Markdown, without its heading."""
    lines = [section.summary] if section.summary else []
    for table in section.tables:
        lines += ["", f"{table.title}:", "", *markdown_table(table)]
    return [*lines, "", section.note] if section.note else lines
