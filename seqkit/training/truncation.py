"""`bptt_window`: truncated back-propagation through time."""

from __future__ import annotations

from torch import nn

from seqkit.errors import SeqkitError
from seqkit.nn.recompute import truncated
from seqkit.nn.recurrent import Recurrence
from seqkit.nn.running import Runner


def check_window(window: int, bidirectional: bool) -> None:
    """Raise SeqkitError for a window together with a bidirectional network.

    The backward direction starts at the end of the sequence: no state exists that it could carry into a window.
    """
    if window and bidirectional:
        raise SeqkitError(
            f"bptt_window={window}: a bidirectional network needs the whole sequence",
            "Add --set bidirectional=false, leave it out, or bound the memory by --set bptt_memory=….",
            exit_code=2,
        )


def truncation_of(network: nn.Module, window: int) -> Runner | None:
    """A runner that truncates back-propagation in the recurrent layers of a network; None without a window."""
    if not window:
        return None
    return truncated(window, [layer for layer in network.modules() if isinstance(layer, Recurrence)])
