"""Statistics of examples of any modality."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass, field
from typing import Any

from seqkit.data.catalogue import find_corpus, made_items
from seqkit.data.items import check_made, read_media_pairs
from seqkit.data.pair_sides import names_pair_files
from seqkit.examples import Item, RecordErrors
from seqkit.media import Film, Limits, Picture, Sound


@dataclass
class ModalityStatistics:
    """Statistics of one modality of a split, in words, seconds, columns of pixels, frames, or rows of an array."""

    unit: str = ""
    total: float = 0.0
    longest: float = 0.0
    seen: set[str] = field(default_factory=set)
    """Distinct texts."""

    def add(self, value: Any) -> None:
        """Count one input or output."""
        self.unit, amount = _measured(value)
        self.total += amount
        self.longest = max(self.longest, amount)
        if isinstance(value, str):
            self.seen.add(value)


@dataclass
class ItemStatistics:
    """Statistics of one split."""

    examples: int = 0
    modalities: dict[str, ModalityStatistics] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Convert the statistics to a dict for JSON."""
        return {
            "examples": self.examples,
            "modalities": {
                name: {
                    "unit": statistics.unit,
                    "total": statistics.total,
                    "longest": statistics.longest,
                    "distinct": len(statistics.seen),
                }
                for name, statistics in self.modalities.items()
            },
        }


def measure_items(
    data: str, encoders: Sequence[str], decoder: str, problems: RecordErrors, limits: Limits
) -> dict[str, ItemStatistics]:
    """Compute statistics of each split of a corpus with a maker, or of a table for these encoders and decoder.

    Raises SeqkitError as `read_media_pairs` does.
    """
    if names_pair_files(data):
        pairs = read_media_pairs(data, "", encoders, decoder, problems, limits)
        return {"file": _counted({**pair.sources, "target": pair.target} for pair in pairs)}
    spec = find_corpus(data)
    check_made(spec)
    return {split: _counted(map(parts_of, made_items(spec, split))) for split in spec.splits}


def parts_of(item: Item) -> dict[str, Any]:
    """Return the inputs of an item, and its outputs that are not also inputs, by name."""
    written = {
        name if name not in item.reads else f"{name}, written": value
        for name, value in item.writes.items()
        if item.reads.get(name) is not value
    }
    return {**item.reads, **written}


def _counted(examples: Iterable[dict[str, Any]]) -> ItemStatistics:
    statistics = ItemStatistics()
    for example in examples:
        statistics.examples += 1
        for name, value in example.items():
            statistics.modalities.setdefault(name, ModalityStatistics()).add(value)
    return statistics


def _measured(value: Any) -> tuple[str, float]:
    """Unit and length of an input or output."""
    if isinstance(value, str):
        return "words", len(value.split())
    if isinstance(value, Sound):
        return "seconds", len(value.samples_T) / value.rate
    if isinstance(value, Picture):
        return "columns", value.pixels_HWC.shape[1]
    if isinstance(value, Film):
        return "frames", len(value.frames_FHWC)
    return ("rows", len(value)) if isinstance(value, Sized) else ("examples", 1)
