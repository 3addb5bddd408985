"""Raises a BaseException at import."""

from asyncio import CancelledError

raise CancelledError("the loop has closed")
