"""Help pages of commands: options in groups, in plain text."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

from seqkit.cli.plain_values import convert_plainly


class HelpfulCommand(TyperCommand):
    """A command whose help lists options in the groups that their `rich_help_panel` names, in order of appearance.

    rich, which Typer uses for that, takes 0.1 s to import and draws boxes that cannot be copied.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for parameter in self.params:
            convert_plainly(parameter)

    def get_help_option(self, ctx: Any) -> Any:
        """Typer's `--help`."""
        option = super().get_help_option(ctx)
        if option is not None:
            convert_plainly(option)
        return option

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments, options without a group, then each group."""
        groups: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                usual = "Arguments" if parameter.param_type_name == "argument" else "Options"
                panel = getattr(parameter, "rich_help_panel", None) or usual
                groups.setdefault(panel, []).append(record)
        groups["Options"] = groups.pop("Options")  # --help and what fits in no group: at the end
        for name, records in groups.items():
            if records:
                with formatter.section(name):
                    formatter.write_dl(records)
