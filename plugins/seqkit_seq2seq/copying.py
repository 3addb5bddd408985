"""Check that a model can copy: it attends, and every encoder reads the symbols that the decoder writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seqkit import SeqkitError


def check_copying(options: Any, alphabet: Any, encoders: Mapping[str, Any]) -> None:
    """Raise SeqkitError if the decoder cannot copy from these encoders. Args: alphabet, the decoder's."""
    if options.attention == "none":
        problem, fix = "copy=true needs attention", "Choose one: --set attention=general."
        raise SeqkitError(problem, fix, exit_code=2)
    for name, encoder in encoders.items():
        if encoder.alphabet is None:
            problem = f"copy=true: the encoder {name} reads no symbols that could be copied"
            raise SeqkitError(problem, "Leave copy out.", exit_code=2)
        if encoder.alphabet != alphabet:
            problem = f"copy=true: the encoder {name} and the decoder have different pieces"
            raise SeqkitError(problem, "Share them: --set joint=true.", exit_code=2)
