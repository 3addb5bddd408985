"""Find the inputs that a sequence-to-sequence model cannot take, from errors in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.examples import Pair, RecordErrors, SourceLocation

Source = Mapping[str, Any]
"""Modality -> input."""
GROUP = 64
"""Number of pairs that are tried together."""


def parts_of(model: Any, source: Source | None) -> list[Source]:
    """The parts in which a source is read: none of an empty source; several inputs are one part."""
    if source is None:
        return []
    if len(source) > 1:
        return [source]
    ((name, value),) = source.items()
    parts = model.encoders[name].parts(value)
    if len(parts) > 1 and not model.decoder.joins_parts:
        return [source]
    return [{name: part} for part in parts]


def fault_of_source(model: Any, source: Source) -> SeqkitError | None:
    """The error of the encoders for a source; None if they take it."""
    try:
        parts = parts_of(model, source)
        model.source_lengths(parts)
        if parts:
            model.collate_sources(parts)
    except SeqkitError as error:
        return error
    return None


def fault_of_pair(model: Any, pair: Pair, targets: bool = True) -> SeqkitError | None:
    """As `fault_of_source`, for source and (unless `targets` is False) target of a pair."""
    fault = fault_of_source(model, pair.sources)
    if fault is not None or not targets:
        return fault
    try:
        model.lengths([pair])
        model.collate([pair])
    except SeqkitError as error:
        return error
    return None


def usable_pairs(
    model: Any, pairs: Sequence[Pair], problems: RecordErrors, targets: bool = True
) -> list[Pair]:
    """Yield the pairs that the model can take; report others to `problems` with their location."""
    usable: list[Pair] = []
    for start in range(0, len(pairs), GROUP):
        group = pairs[start : start + GROUP]
        usable += group if _all_usable(model, group, targets) else _good(model, group, problems, targets)
    return usable


def _all_usable(model: Any, pairs: Sequence[Pair], targets: bool) -> bool:
    try:
        for pair in pairs:
            parts_of(model, pair.sources)
        if targets:
            model.lengths(pairs)
            model.collate(pairs)
        else:
            model.collate_sources([pair.sources for pair in pairs])
    except SeqkitError:
        return False
    return True


def _good(model: Any, pairs: Sequence[Pair], problems: RecordErrors, targets: bool) -> Iterator[Pair]:
    for number, pair in enumerate(pairs, start=1):
        fault = fault_of_pair(model, pair, targets)
        if fault is None:
            yield pair
        else:
            problems.bad(pair.where or SourceLocation("pair", number), fault.problem, fault.fix)


@contextmanager
def faults_named(model: Any, pairs: Sequence[Pair], targets: bool = True) -> Iterator[None]:
    """Add the location of the pair to a SeqkitError that one of these pairs causes."""
    try:
        yield
    except SeqkitError as error:
        if error.exit_code == 1:  # 2 is for a wrong command line
            for pair in pairs:
                fault = fault_of_pair(model, pair, targets)
                if fault is not None and pair.where is not None:
                    raise SeqkitError(f"{pair.where}: {fault.problem}", fault.fix) from error
        raise
