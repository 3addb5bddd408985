"""`seqkit batch`: the verbs of tasks, `status` and `verify`."""

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
    """The commands of built-in tasks, for the book."""
    builtin = {one.spec.name for one in registry().all("tasks") if one.builtin}
    return {verb: command_of(spec) for verb, spec in applicable_tasks().items() if spec.name in builtin}


class VerbCommand(DataCommand):
    """The command of a task."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Raise SeqkitError for several models, of which only the last one would be used."""
        own = args[: args.index("--")] if "--" in args else args
        if sum(one in ("-m", "--model") or one.startswith("--model=") for one in own) > 1:
            problem = f"batch {self.name}: --model is given more than once, and a batch applies one model"
            raise SeqkitError(problem, "Name one model; `seqkit translate` combines several.", exit_code=2)
        return super().parse_args(ctx, args)


class BatchGroup(TyperGroup):
    """The verbs of tasks, made when they are needed, beside `status` and `verify`."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every name."""
        return [*applicable_tasks(), *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by name, or None."""
        spec = applicable_tasks().get(cmd_name)
        if spec is None:
            return super().get_command(ctx, cmd_name)
        single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        single.command(cmd_name, cls=VerbCommand)(command_of(spec))
        made = typer.main.get_command(single)
        made.name = cmd_name
        return made

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the table of commands from their records."""
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
    """Show how far a batch is: also from another terminal or machine.

    \b
    Examples:
      seqkit batch status out/
      seqkit batch status out/ --json
    """
    from seqkit.batch.status import status as find
    from seqkit.batch.status import status_rows
    from seqkit.terminal.tables import print_table, show_json

    found = find(out)
    if as_json:
        show_json(found)
    else:
        print_table(("", ""), status_rows(found))


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

    found = check(out, inputs)
    if as_json:
        show_json(found)
    else:
        for fault in found["faults"]:
            print(fault, file=sys.stderr)
        said = f"{found['outputs']:,} outputs and {found['inputs']:,} inputs checked"
        print(f"{said}, {len(found['faults']):,} faults", file=data_text())
    if found["faults"]:
        raise typer.Exit(1)
