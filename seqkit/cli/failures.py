"""Report errors of a command in one or two lines on stderr, and handle closed pipes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from seqkit.errors import Ended, SeqkitError, lacks_memory
from seqkit.io.atomic import FULL

NO_MEMORY = (
    "not enough memory\n"
    "Free memory, or train with a smaller network or batches (--set hidden=…, --set batch_words=…)."
)


@contextmanager
def failures_reported() -> Iterator[None]:
    """A context that exits the process with a message and an exit code if the block fails, and flushes stdout.

    An error in seqkit itself propagates, with its traceback.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except SystemExit as error:
        _raise_unless_known(error)
    except SeqkitError as error:
        leave(str(error), error.exit_code)
    except KeyboardInterrupt:
        leave("interrupted; no half-written file was left", 130)
    except Ended as error:
        leave(f"ended by {error.name}; no half-written file was left", error.exit_code)
    except BrokenPipeError:
        # The reader of stdout (head, less) has closed it. This is not an error, but Python would report it at exit.
        _drop_stdout()
        sys.exit(0)
    except OSError as error:
        # Errors about written files name the file; an error about a full disk without a file concerns stdout.
        name = error.filename or ("standard output" if error.errno in FULL else "")
        if error.errno in FULL:
            _drop_stdout()
        leave(f"{name}: {error.strerror or error}".removeprefix(": "), 1)
    except BaseException as error:
        _raise_unless_known(error)


def _drop_stdout() -> None:
    """Discard buffered standard output, so that Python's flush at exit succeeds."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _raise_unless_known(error: BaseException) -> NoReturn:
    """Report lack of memory, and plugins that end the process; raise all other errors."""
    if lacks_memory(error):
        leave(NO_MEMORY, 1)
    from seqkit.extend.blame import plugin_of

    owner = plugin_of(error)
    if owner and not isinstance(error, Exception):
        # After sys.exit or a cancelled task the traceback has no further information.
        leave(f"{owner.display_name} ended the command by {type(error).__name__}({error})", 1)
    if owner:
        error.add_note(f"The error was raised in the plugin '{owner.plugin}' of {owner.distribution}.")
    raise error


def leave(message: str, exit_code: int) -> NoReturn:
    """Write a message to stderr and exit."""
    print(f"seqkit: {message}", file=sys.stderr)
    sys.exit(exit_code)
