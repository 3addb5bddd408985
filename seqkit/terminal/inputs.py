"""Interpret the arguments of a command: text, files, or standard input."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from dataclasses import dataclass

from seqkit.errors import SeqkitError
from seqkit.io.pipes import stdin_may_pause
from seqkit.terminal.argument_paths import check_utf8, has_blanks, is_folder, is_there


@dataclass(frozen=True)
class Inputs:
    """The arguments, and the switches that determine their interpretation."""

    arguments: tuple[str, ...]
    all_text: bool = False
    all_files: bool = False
    format: str = ""
    pretokenized: bool = False
    verb: str = "tag"
    """The command, for messages."""
    text_field: str = ""
    """The field of a record with the text; "" if files do not contain records."""

    def check(self) -> None:
        """Raise SeqkitError for errors that can be detected before any work is done."""
        if self.all_text and self.all_files:
            raise SeqkitError("--text and --file contradict each other", "Leave one out.", exit_code=2)
        if not self.arguments and sys.stdin.isatty():
            raise SeqkitError("nothing to read", "Give text, a file, or - for standard input.", exit_code=2)
        if self.pretokenized and self.format:
            raise SeqkitError("--pretokenized and --from exclude each other", "Leave one out.", exit_code=2)
        if self.text_field and not any(map(self.is_file, self.arguments)):
            fix = "Name a .jsonl, .csv, .tsv or .parquet file."
            raise SeqkitError(f"--text-field {self.text_field}: no argument is a file", fix, exit_code=2)
        if self.text_field and self.pretokenized:
            problem = "--text-field and --pretokenized exclude each other"
            raise SeqkitError(problem, "Leave one out.", exit_code=2)
        if self.format and self.arguments and not any(map(self.is_file, self.arguments)):
            fix = "Leave it out, or add --file to read the file of that name."
            raise SeqkitError(f"--from {self.format}: every argument is text", fix, exit_code=2)
        if self.arguments.count("-") > 1:
            raise SeqkitError("- (standard input) is given twice", "Leave one out.", exit_code=2)
        for number, argument in enumerate(self.arguments, start=1):
            if not self.is_file(argument):
                check_utf8(f"argument {number}", argument)
            if not self.all_text and argument != "-":
                self._check_path(argument)
            if self.pretokenized and self.is_file(argument) and _has_columns(argument):
                raise SeqkitError(
                    f"{argument}: contains more than words", "Leave out --pretokenized.", exit_code=2
                )

    def _check_path(self, argument: str) -> None:
        """Raise SeqkitError for a missing file, a folder, and a URL."""
        if is_folder(argument):
            fix = (
                f"To {self.verb} every file in it: seqkit batch {self.verb} {shlex.quote(argument)} -o OUT. "
                "To read the argument as text: --text."
            )
            raise SeqkitError(f"{argument}: is a folder", fix, exit_code=2)
        if self.is_file(argument) and not is_there(argument):
            fix = "Check the path, or add --text to read it as text."
            if "://" in argument:
                fix = "URLs are not fetched: download the file first, or add --text to read it as text."
            raise SeqkitError(f"{argument}: no such file", fix, exit_code=2)

    @property
    def reads_stdin(self) -> bool:
        """Whether standard input is among the inputs."""
        return not self.arguments or ("-" in self.arguments and not self.all_text)

    @property
    def may_pause(self) -> bool:
        """Whether an input is a pipe that may pause, so that the lines so far must be processed during a pause."""
        return self.reads_stdin and stdin_may_pause()

    def size(self) -> int | None:
        """Total bytes of all files on disk; None if a size is unknown."""
        files = [argument for argument in self.arguments or ("-",) if self.is_file(argument)]
        try:
            stats = [os.fstat(sys.stdin.fileno()) if file == "-" else os.stat(file) for file in files]
        except (OSError, ValueError):  # a member of a zip file, or a stream that is not a file
            return None
        return sum(one.st_size for one in stats) if all(stat.S_ISREG(one.st_mode) for one in stats) else None

    def is_file(self, argument: str) -> bool:
        """Whether an argument is a file: by `--text` or `--file` if set, else by its form; - is standard input."""
        if argument == "-" and not self.arguments:
            return True  # the default input
        if self.all_text or self.all_files:
            return self.all_files
        return argument == "-" or self.names_file(argument)

    def names_file(self, argument: str) -> bool:
        """Whether an argument has a known suffix or a path separator and, if it contains white space, exists."""
        from seqkit.data.files import names_file

        return names_file(argument) and (not has_blanks(argument) or is_there(argument))


def _has_columns(path: str) -> bool:
    from seqkit.data.files import format_of, names_known_suffix

    return names_known_suffix(path) and format_of(path).yields != "text"
