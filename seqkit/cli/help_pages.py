"""Help pages of commands in plain text, with options in groups."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

from seqkit.cli.plain_values import convert_plainly

PANELS = {
    "Input": (
        *(
            "--from",
            "--pretokenized",
            "--text",
            "--file",
            "--lang",
            "--segmenter",
            "--text-field",
            "--id-field",
        ),
        *(
            "--keep",
            "--drop",
            "--skip-bad",
            "--input",
            "--max-seconds",
            "--max-pixels",
            "--max-frames",
            "--split",
            "--limit",
        ),
    ),
    "Output": (
        *("--out", "--format", "--label", "--probabilities", "--top", "--scores", "--n-best", "--attention"),
        *("--into", "--json", "--markdown", "--card", "--html"),
    ),
    "Search and draws": (
        *("--beam", "--length-penalty", "--prefix", "--max-ratio", "--sample", "--top-p", "--temperature"),
        *("--mbr", "--utility", "--agreement", "--length", "--count"),
    ),
    "Data": ("--corpus", "--train", "--dev", "--source", "--target", "--gold"),
    "Computing": ("--processes", "--threads", "--inference-dtype", "--engine"),
}
"""Group of options -> its options in all commands; an option may name another group by its `rich_help_panel`."""
_PANEL_OF = {option: panel for panel, options in PANELS.items() for option in options}


class HelpfulCommand(TyperCommand):
    """A command whose help lists options in the groups that their `rich_help_panel` names, in order of appearance.

    It replaces Typer's use of rich, whose import takes 0.1 s and whose boxes get in the way of copying text.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for parameter in self.params:
            convert_plainly(parameter)

    def get_help_option(self, ctx: Any) -> Any:
        """Return Typer's `--help`, with fast conversion of values."""
        option = super().get_help_option(ctx)
        if option is not None:
            convert_plainly(option)
        return option

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments, then each group, then options without a group."""
        groups: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        parameters: list[Any] = self.get_params(ctx)
        for parameter in parameters:
            record = parameter.get_help_record(ctx)
            if record is not None:
                usual = "Arguments" if parameter.param_type_name == "argument" else "Options"
                named = (_PANEL_OF[name] for name in parameter.opts if name in _PANEL_OF)
                panel = parameter.rich_help_panel or next(named, usual)
                meaning = record[1].removeprefix(f"{panel}: ")  # options of one task, in a group of its name
                groups.setdefault(panel, []).append((_plain_types(record[0]), meaning))
        groups["Options"] = groups.pop("Options")  # --help and options without a group go to the end
        for name, records in groups.items():
            if records:
                with formatter.section(name):
                    formatter.write_dl(records)


class HelpfulGroup(TyperGroup):
    """A group of commands whose help wraps summaries, which Typer would truncate."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the table of commands."""
        summaries = {
            name: self.commands[name].get_short_help_str(limit=200) for name in self.list_commands(ctx)
        }
        with formatter.section("Commands"):
            formatter.write_dl(list(summaries.items()))


def _plain_types(option: str) -> str:
    """Replace Typer's names of types: `<text>` for `<list[str]>`, `<number>` for `<int range>`."""
    return re.sub(r"<(int|float)( range)?>", "<number>", re.sub(r"<(list\[str\]|str)>", "<text>", option))
