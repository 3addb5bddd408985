"""Isolate the import of a plugin: redirect its output, restore the state of the process, report a slow import."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from seqkit.errors import Ended
from seqkit.extend.process_state import state_kept
from seqkit.io.streams import stdout_to_stderr
from seqkit.runtime import signals

PATIENCE = 5.0
"""Seconds after which a slow import of a plugin is reported."""
OF_THE_USER = (KeyboardInterrupt, Ended)
"""Exceptions raised by signals. They are not errors of the interrupted plugin."""


@contextmanager
def isolated(plugin: str, doing: str) -> Iterator[list[str]]:
    """A context that redirects standard output to stderr, and restores the state of the process at its end.

    Args:
        plugin: name of the plugin for messages.
        doing: the action, such as "importing".
    Yields a list that contains, after the block, the names of the settings that the block changed.
    """
    slow = threading.Timer(PATIENCE, _report_slow, (plugin, doing))
    slow.daemon = True
    slow.start()
    try:
        with signals.doing(f"{doing} {plugin}"), stdout_to_stderr(), state_kept() as changed:
            yield changed
    except OF_THE_USER:
        print(f"seqkit: interrupted while {doing} {plugin}", file=sys.stderr)
        raise
    finally:
        slow.cancel()


def _report_slow(plugin: str, doing: str) -> None:
    print(
        f"seqkit: still {doing} {plugin} after {PATIENCE:g} s; Ctrl-C ends it, and SEQKIT_PLUGINS= disables it",
        file=sys.stderr,
        flush=True,
    )


def describe(error: BaseException) -> str:
    """Format an exception in one line."""
    reason = " ".join(str(error).split())
    return f"{type(error).__name__}: {reason}" if reason else type(error).__name__
