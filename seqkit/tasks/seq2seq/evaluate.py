"""What `seqkit evaluate` says of every sequence-to-sequence model: what was measured, and how outputs were found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def decoding_of(given: dict[str, Any]) -> dict[str, Any]:
    """The options of decoding, those not given at their defaults."""
    from seqkit.decoding.options import DecodingOptions

    defaults = DecodingOptions()
    return {
        name: getattr(defaults, name) if given[name] is None else given[name]
        for name in ("beam", "length_penalty", "max_ratio")
    }


def head_of(model: str, source: str, split: str, sides: str, given: dict[str, Any]) -> dict[str, Any]:
    """What the scores are of, as `--json` has it. `given` are the options of the command."""
    from seqkit.pairs import names_pair_files

    return {
        "model": model,
        "source": source,
        "split": None if names_pair_files(source) else split,
        "sides": sides,
        "decoding": decoding_of(given),
    }


def title_of(head: dict[str, Any], pairs: int) -> str:
    """The same as a line above the tables."""
    split = f" {head['split']}" if head["split"] else ""
    return f"{head['model']} on {head['source']}{split}, {head['sides']}: {pairs:,} pairs, {_decoding(head)}"


def add_to_card(head: dict[str, Any], lines: Sequence[str]) -> None:
    """Put scores on the model's card."""
    from seqkit.models import folder

    where = " ".join(filter(None, (head["source"], head["split"])))
    told = [*lines, "", f"Decoded with {_decoding(head)}."]
    folder.add_to_card(folder.model_folder(head["model"]), f"Scores on {where}", told)


def _decoding(head: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in head["decoding"].items())
