"""Commands that write only data to standard output."""

from __future__ import annotations

from typing import Any

from seqkit.cli.help_pages import HelpfulCommand
from seqkit.cli.limit_option import limits_of_command, with_limit_option
from seqkit.cli.plugin_option import with_plugin_option
from seqkit.io.streams import stdout_for_data


class DataCommand(HelpfulCommand):
    """A command that writes data to `seqkit.io.streams.data_text`; other output, of plugins, goes to stderr."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        with_plugin_option(self.params)
        with_limit_option(self.params)

    def invoke(self, ctx: Any) -> Any:
        """Run the command with standard output reserved for its data, within the limits of its command line."""
        with stdout_for_data(), limits_of_command(ctx):
            return super().invoke(ctx)
