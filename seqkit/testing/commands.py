"""Checks of a command: its help, its options, its behaviour with a wrong command line."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import typer

from seqkit.extend.manager import load
from seqkit.testing.check import Subject, check, expect

LONGEST = 60.0
"""Seconds that the help may take."""


@check("commands")
def command_is_for_typer(subject: Subject) -> None:
    """The record names a function annotated for Typer, or a `typer.Typer`."""
    expect(_click(subject) is not None, "Typer makes no command of it")


@check("commands")
def command_has_a_docstring(subject: Subject) -> None:
    """The help says what the command does."""
    found = load(subject.spec.command)
    text = found.info.help if isinstance(found, typer.Typer) else found.__doc__
    expect(text or subject.spec.summary, "no docstring and no summary")


@check("commands")
def every_option_is_explained(subject: Subject) -> None:
    """Every option and argument has a help text."""
    silent = [one.name for one in _parameters(subject) if not getattr(one, "help", None) and not one.hidden]
    expect(not silent, f"no help: {', '.join(silent)}")


@check("commands")
def options_have_long_names(subject: Subject) -> None:
    """Every option has a name of the form --name."""
    short = [
        one.name
        for one in _parameters(subject)
        if one.param_type_name == "option" and not any(name.startswith("--") for name in one.opts)
    ]
    expect(not short, f"no long name: {', '.join(short)}")


@check("commands")
def option_names_are_lower_case(subject: Subject) -> None:
    """Options are written in lower case with hyphens."""
    wrong = [
        name for one in _parameters(subject) for name in one.opts if name.startswith("--") and "_" in name
    ]
    expect(not wrong, f"{', '.join(wrong)}")


@check("commands")
def no_option_is_there_twice(subject: Subject) -> None:
    """No two options share a name."""
    names = [name for one in _parameters(subject) for name in one.opts if name.startswith("-")]
    twice = sorted({name for name in names if names.count(name) > 1})
    expect(
        not twice or isinstance(load(subject.spec.command), typer.Typer), f"there twice: {', '.join(twice)}"
    )


@check("commands")
def help_is_shown(subject: Subject) -> None:
    """`--help` ends with exit code 0 and shows the usage."""
    done = _run(subject, "--help")
    expect(done.returncode == 0, f"exit code {done.returncode}: {done.stderr[-200:]}")
    expect("Usage" in done.stdout, "no usage on standard output")


@check("commands")
def help_goes_to_standard_output(subject: Subject) -> None:
    """`--help` writes nothing to standard error."""
    expect(not _run(subject, "--help").stderr, _run(subject, "--help").stderr[-200:])


@check("commands")
def help_imports_no_torch(subject: Subject) -> None:
    """`--help` imports neither torch nor spaCy: import them inside the function."""
    heavy = _run(subject, "--help", probe=True).stderr.strip().splitlines()[-1:]
    expect(heavy == ["[]"], f"imports {''.join(heavy)}")


@check("commands")
def unknown_options_are_refused(subject: Subject) -> None:
    """An unknown option ends with exit code 2 and without a traceback."""
    done = _run(subject, "--no-such-option")
    expect(done.returncode == 2, f"exit code {done.returncode}")
    expect("Traceback" not in done.stderr, "a traceback")


@check("commands")
def missing_models_are_no_fault_of_python(subject: Subject) -> None:
    """A missing model ends the command with a message, if it has the option `--model`."""
    from seqkit.testing.check import Skipped

    if not any("--model" in one.opts for one in _parameters(subject)):
        raise Skipped("the command has no option --model")
    done = _run(subject, "--model", "no/such/model", "x")
    expect(done.returncode in (1, 2), f"exit code {done.returncode}")
    expect("Traceback" not in done.stderr, "a traceback")


def _click(subject: Subject) -> Any:
    found = load(subject.spec.command)
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    single = typer.Typer(add_completion=False)
    single.command(subject.name)(found)
    return typer.main.get_command(single)


def _parameters(subject: Subject) -> list[Any]:
    """The options and arguments of the command, or of all its commands."""
    made = _click(subject)
    inner = list(getattr(made, "commands", {}).values()) or [made]
    every = [one for command in inner for one in command.params]
    return [one for one in every if one.name not in ("help", "install_completion", "show_completion")]


PROBE = """
import sys
from seqkit.cli.app import main
try:
    main()
except SystemExit as end:
    code = end.code
print(sorted({"torch", "spacy"} & set(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


def _run(subject: Subject, *arguments: str, probe: bool = False) -> Any:
    """Run the command in a new process, once for all checks."""
    how = ["-c", PROBE] if probe else ["-m", "seqkit"]
    line = [sys.executable, "-P", *how, subject.name, *arguments]
    return subject.once(
        f"{probe} {arguments}",
        lambda: subprocess.run(
            line, capture_output=True, text=True, timeout=LONGEST, stdin=subprocess.DEVNULL, check=False
        ),
    )
