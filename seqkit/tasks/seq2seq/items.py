"""What models of the task `seq2seq` are applied to: texts, and sources of other modalities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seqkit.examples import SourceLocation
from seqkit.tasks.text_records import TextItem


@dataclass(frozen=True, slots=True)
class MediaItem:
    """A source that was read from files, one for each modality."""

    text: str
    """What it is called in the output."""
    number: int
    """From 0; samples for it depend on this number alone."""
    source: Mapping[str, Any] | None
    """Modality -> input; None if a file could not be read."""

    @property
    def where(self) -> SourceLocation:
        """Its place."""
        return SourceLocation(self.text, 1)


Item = TextItem | MediaItem


def source_of(item: Item, encoder: str) -> Mapping[str, Any] | None:
    """The source of a model. Args: encoder, the name of the one that reads texts."""
    return item.source if isinstance(item, MediaItem) else {encoder: item.text}
