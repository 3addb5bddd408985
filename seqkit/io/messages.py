"""Standard error as a stream of messages: escape control characters, ignore a closed pipe."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any, TextIO

from seqkit.io.visible import visible_lines


class MessageStream:
    """A wrapper of stderr for messages, which may quote data: control characters are shown as escapes.

    Write errors are ignored: the reader of stderr may have closed it (`2>&1 | head`, a closed terminal).
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write a text; ignore errors. A leading carriage return is kept, as it redraws a line."""
        start = "\r" * text.startswith("\r")
        with suppress(OSError):
            self.stream.write(start + visible_lines(text.removeprefix("\r")))
        return len(text)

    def flush(self) -> None:
        """Flush the stream; ignore errors."""
        with suppress(OSError):
            self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def drawing_stream() -> TextIO:
    """Return the unwrapped stderr, for bars that move the cursor. Pass text from data through `visible` first."""
    return sys.stderr.stream if isinstance(sys.stderr, MessageStream) else sys.stderr
