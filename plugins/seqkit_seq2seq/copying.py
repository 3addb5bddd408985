"""Check that a decoder can use the symbols of its source: it has attention, and all encoders share its symbols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seqkit import SeqkitError


def is_lexical(options: Any, alphabet: Any, encoders: Mapping[str, Any]) -> bool:
    """Whether the decoder has a lexical layer; by default, if it can have one. Args: alphabet, the decoder's."""
    if options.lexical is not None:
        return bool(options.lexical)
    shared = all(
        encoder.alphabet is not None and encoder.alphabet == alphabet for encoder in encoders.values()
    )
    return options.attention != "none" and bool(encoders) and shared


def check_copying(options: Any, alphabet: Any, encoders: Mapping[str, Any]) -> None:
    """Raise SeqkitError if the decoder cannot use the symbols of these encoders. Args: alphabet, the decoder's."""
    option = "copy" if options.copy else "lexical"
    if options.attention == "none":
        problem, fix = f"{option}=true needs attention", "Choose one: --set attention=dot."
        raise SeqkitError(problem, fix, exit_code=2)
    for name, encoder in encoders.items():
        if encoder.alphabet is None:
            problem = f"{option}=true: the encoder {name} reads no symbols"
            raise SeqkitError(problem, f"Leave {option} out.", exit_code=2)
        if encoder.alphabet != alphabet:
            problem = f"{option}=true: the encoder {name} and the decoder have different pieces"
            raise SeqkitError(problem, "Share them: --set joint=true.", exit_code=2)
