"""Raises what is no `Exception` when it is imported."""

from asyncio import CancelledError

raise CancelledError("the loop has closed")
