"""Hold out a dev split of the training split if none is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Example = TypeVar("Example")

NO_DEV = "no dev split: every epoch is trained and the last one kept"
"""The note on a run without a dev split."""


def hold_out(examples: Sequence[Example], step: int) -> tuple[list[Example], list[Example]]:
    """Train and dev: every `step`-th example goes to dev, so both cover the whole file."""
    train = [example for number, example in enumerate(examples, 1) if number % step]
    return train, list(examples[step - 1 :: step])


def held_out_note(what: str) -> str:
    """The note on a dev split that was held out. Args: what, such as "every 10th sentence is held out"."""
    return f"no dev split given: {what}"
