"""`seqkit batch`: the commands of tasks, `status` and `verify`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from seqkit.cli.batch_verbs import applicable_tasks, command_of
from seqkit.cli.data_command import DataCommand
from seqkit.errors import SeqkitError
from seqkit.extend.manager import registry


def verbs() -> dict[str, Callable[..., None]]:
    """Return the commands of built-in tasks by verb, for the documentation."""
    builtin = {one.spec.name for one in registry().all("tasks") if one.builtin}
    return {verb: command_of(spec) for verb, spec in applicable_tasks().items() if spec.name in builtin}


class VerbCommand(DataCommand):
    """The command of a task."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments. Raises SeqkitError for several models, because Typer would use only the last one."""
        options = args[: args.index("--")] if "--" in args else args
        if sum(one in ("-m", "--model") or one.startswith("--model=") for one in options) > 1:
            problem = f"batch {self.name}: --model is given more than once, and a batch applies one model"
            raise SeqkitError(problem, "Name one model; `seqkit translate` combines several.", exit_code=2)
        return super().parse_args(ctx, args)


class BatchGroup(TyperGroup):
    """A group with the commands of tasks, which are created on demand, `status` and `verify`."""

    def list_commands(self, ctx: Any) -> list[str]:
        """List the names of all commands."""
        return [*applicable_tasks(), *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by name, or None."""
        spec = applicable_tasks().get(cmd_name)
        if spec is None:
            return super().get_command(ctx, cmd_name)
        single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        single.command(cmd_name, cls=VerbCommand)(command_of(spec))
        made = typer.main.get_command(single)
        made.name = cmd_name
        return made

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the table of commands from the records of tasks, without importing the tasks."""
        lines = {
            name: f"Apply {spec.name} models to whole corpora: {spec.summary}."
            for name, spec in applicable_tasks().items()
        }
        for name in super().list_commands(ctx):
            lines[name] = self.commands[name].get_short_help_str(limit=200)
        with formatter.section("Commands"):
            formatter.write_dl(list(lines.items()))


app = typer.Typer(cls=BatchGroup, no_args_is_help=True, rich_markup_mode=None)


@app.command("status", cls=DataCommand)
def status(
    out: Annotated[str, typer.Argument(help="Output folder of a batch.")],
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Show the progress of a batch, also from another terminal or machine.

    \b
    Examples:
      seqkit batch status out/
      seqkit batch status out/ --json
    """
    from seqkit.batch.status import status as read_status
    from seqkit.batch.status import status_rows
    from seqkit.terminal.tables import print_table, show_json

    state = read_status(out)
    if as_json:
        show_json(state)
    else:
        print_table(("", ""), status_rows(state))


@app.command("verify", cls=DataCommand)
def verify(
    out: Annotated[str, typer.Argument(help="Output folder of a batch.")],
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    inputs: Annotated[bool, typer.Option("--inputs/--no-inputs", help="Hash the inputs, too.")] = True,
) -> None:
    """Compare all outputs and inputs of a batch with its ledger. Exit code 1 if something differs.

    \b
    Examples:
      seqkit batch verify out/
    """
    from seqkit.batch.verify import verify as check
    from seqkit.io.streams import data_text
    from seqkit.terminal.tables import show_json

    result = check(out, inputs)
    if as_json:
        show_json(result)
    else:
        for fault in result["faults"]:
            print(fault, file=sys.stderr)
        counts = f"{result['outputs']:,} outputs and {result['inputs']:,} inputs checked"
        print(f"{counts}, {len(result['faults']):,} faults", file=data_text())
    if result["faults"]:
        raise typer.Exit(1)
