"""Standard error as a stream of messages: control characters are escaped, and a reader may go away."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any, TextIO

from seqkit.io.visible import visible_lines


class MessageStream:
    """stderr for messages, which may quote data: what a terminal would obey is shown as an escape.

    Write errors are ignored: the reader of stderr may go away (`2>&1 | head`, a closed terminal).
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write what can be written. A carriage return may begin a text: it redraws a line."""
        start = "\r" * text.startswith("\r")
        with suppress(OSError):
            self.stream.write(start + visible_lines(text.removeprefix("\r")))
        return len(text)

    def flush(self) -> None:
        """Flush what can be flushed."""
        with suppress(OSError):
            self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def drawing_stream() -> TextIO:
    """stderr itself, for bars that move the cursor. Make what you draw from data `visible` first."""
    return sys.stderr.stream if isinstance(sys.stderr, MessageStream) else sys.stderr
