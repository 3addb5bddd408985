"""The tables of `seqkit corpora stats`: statistics of words, of pairs and of examples of any modality."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from seqkit.terminal.argument_paths import listed
from seqkit.terminal.tables import print_table, say, show_json

if TYPE_CHECKING:
    from seqkit.data.statistics import SplitStatistics
    from seqkit.examples import RecordErrors
    from seqkit.media import Limits


def show_words(
    source: str, vocab_size: int, subword: str, kinds: Sequence[str], problems: RecordErrors, as_json: bool
) -> None:
    """Print statistics of labelled sentences: words, labels, unknown and ambiguous words, pieces."""
    from seqkit.data.statistics import measure

    figures = measure(source, problems, vocab_size, subword, kinds)
    say(problems.summary())
    if as_json:
        show_json({split: dataclasses.asdict(row) for split, row in figures.items()})
    else:
        _print_stats(figures)


def show_items(
    source: str, encoder: str, decoder: str, limits: Limits, problems: RecordErrors, as_json: bool
) -> None:
    """Print statistics of examples of any modality."""
    from seqkit.data.item_statistics import measure_items

    figures = measure_items(source, listed(encoder), decoder, problems, limits)
    say(problems.summary())
    if as_json:
        show_json({split: row.as_dict() for split, row in figures.items()})
        return
    header = ("split", "modality", "examples", "unit", "all", "mean", "longest", "distinct")
    rows = [
        (
            split,
            name,
            f"{row.examples}",
            modality.unit,
            f"{modality.total:.0f}",
            f"{modality.total / max(row.examples, 1):.1f}",
            f"{modality.longest:.1f}" if modality.unit == "seconds" else f"{modality.longest:.0f}",
            f"{len(modality.seen)}" if modality.unit == "words" else "–",
        )
        for split, row in figures.items()
        for name, modality in row.modalities.items()
    ]
    print_table(header, rows)


def show_pairs(source: str, sides: tuple[str, str], problems: RecordErrors, as_json: bool) -> None:
    """Print statistics of parallel text, one row per side."""
    from seqkit.data.pair_statistics import measure_pairs

    figures = measure_pairs(source, sides, problems)
    say(problems.summary())
    if as_json:
        show_json({split: dataclasses.asdict(row) for split, row in figures.items()})
        return
    header = (
        "split",
        "side",
        "lines",
        "words",
        "distinct",
        "words/line",
        "characters",
        "longest",
        "empty",
        "ratio",
    )
    rows = [
        (
            split,
            name,
            f"{row.lines}",
            f"{side.words}",
            f"{side.distinct_words}",
            f"{side.words / max(row.lines, 1):.1f}",
            f"{side.characters}",
            f"{side.longest}",
            f"{side.empty}",
            f"{row.length_ratio[name]:.3f}",
        )
        for split, row in figures.items()
        for name, side in row.sides.items()
    ]
    print_table(header, rows)


def _print_stats(figures: Mapping[str, SplitStatistics]) -> None:
    """Print one row per split: numbers of distinct labels, shares as percentages of words."""
    kinds = list(next(iter(figures.values())).labels)
    header = ["split", "sentences", "words", "distinct", "words/sentence", *kinds, "unknown"]
    header += [*(f"ambiguous {kind}" for kind in kinds), "pieces/word", "coverage"]
    print_table(header, [[split, *_stats_row(row, kinds)] for split, row in figures.items()])


def _stats_row(row: SplitStatistics, kinds: Sequence[str]) -> list[str]:
    return [
        f"{row.sentences}",
        f"{row.words}",
        f"{row.distinct_words}",
        f"{row.words_per_sentence:.1f}",
        *(f"{row.labels.get(kind, 0)}" for kind in kinds),
        _percent(row.unknown_words, row.words),
        *(_percent(row.ambiguous_words.get(kind, 0), row.words) for kind in kinds),
        "–" if row.pieces_per_word is None else f"{row.pieces_per_word:.2f}",
        "–" if row.coverage is None else f"{row.coverage:.2%}",
    ]


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"
