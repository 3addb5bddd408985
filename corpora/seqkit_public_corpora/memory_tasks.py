"""The two classical tasks of long memory, generated from a seed: `adding` and `copy-memory`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seqkit import CorpusSpec
from seqkit.config import check_range

SPLITS: dict[str, tuple[str, ...]] = {"train": (), "dev": (), "test": ()}
SEED = 2026


@dataclass(frozen=True)
class MemoryTaskOptions:
    """Length and number of the examples."""

    length: int = 100
    """Steps over which the model must remember."""
    examples: int = 10_000
    """Training examples; dev and test have 500 and 1,000."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 2, 100_000, "length")
        check_range(self, 1, 10_000_000, "examples")


def memory_tasks() -> Iterable[CorpusSpec]:
    """Both corpora."""
    yield CorpusSpec(
        "adding",
        language="xx",
        licence="MIT",
        source="Hochreiter & Schmidhuber 1997, section 5.4; made by seqkit",
        files=(),
        splits=SPLITS,
        kind="media",
        summary="The sum of the two marked numbers of a sequence",
        parameters={"seed": SEED, "count": {"dev": 500, "test": 1000}},
        options=MemoryTaskOptions,
        maker="seqkit_public_corpora.makers.memory_tasks:adding",
    )
    yield CorpusSpec(
        "copy-memory",
        language="xx",
        licence="MIT",
        source="Arjovsky, Shah & Bengio 2016, section 5.1; made by seqkit",
        files=(),
        splits=SPLITS,
        kind="media",
        summary="Ten symbols to write after a long sequence of blanks",
        parameters={"seed": SEED, "count": {"dev": 500, "test": 1000}},
        options=MemoryTaskOptions,
        maker="seqkit_public_corpora.makers.memory_tasks:copy_memory",
    )
