"""The model card: what the model is, what it learnt from, how good it is, and the command that made it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from seqkit._version import __version__
from seqkit.catalogue import find_corpus
from seqkit.config import to_toml
from seqkit.formats.examples import Sentence
from seqkit.models.folder import model_info
from seqkit.models.needs import needs_of, third_party, versions_of
from seqkit.training.request import Request
from seqkit.training.state import Progress


def silver_of(sentences: Sequence[Sentence]) -> str | None:
    """The pipeline that labelled the sentences; None where people did."""
    return next((sentence.silver for sentence in sentences if sentence.silver), None)


def model_card(
    request: Request, train: Sequence[Sentence], dev: Sequence[Sentence], progress: Progress, command: str
) -> str:
    """Markdown for the model's README."""
    sources = request.sources
    data, licence, source = data_of(request)
    silver = silver_of(train)
    labels = f"SILVER, made by {silver}; no person checked them" if silver else "gold, as the data has them"
    best = next((row for row in progress.rows if row["epoch"] == progress.best_epoch), progress.rows[-1])
    scores = [
        f"| {name.removeprefix('dev_')} | {100 * value:.2f} |"
        for name, value in best.items()
        if "dev_" in name
    ]
    return "\n".join(
        [
            "---",
            f"language: {sources.lang}",
            f"license: {licence.lower().replace(' ', '-')}",
            "library_name: seqkit",
            "tags: [token-classification, part-of-speech]",
            "---",
            "",
            f"# A `{sources.model}` tagger for {sources.lang}",
            "",
            f"- Data: {data}{f' ({source})' if source else ''}",
            f"- Licence: {licence}",
            *lineage(sources.start),
            f"- Labels: {', '.join(sources.label)}; {labels}",
            f"- Training sentences: {len(train):,}; words: {sum(len(s.words) for s in train):,}",
            *plugins_line(request),
            f"- Made by seqkit {__version__}, seed {request.training.seed}:",
            "",
            "```",
            command,
            "```",
            "",
            "The training options, resolved:",
            "",
            "```toml",
            to_toml({"training": dataclasses.asdict(request.training)}).rstrip(),
            "```",
            "",
            *_score_table(scores, progress.best_epoch, silver_of(dev)),
        ]
    )


def data_of(request: Request) -> tuple[str, str, str]:
    """What the model learnt from, its licence, and where it can be had."""
    sources = request.sources
    if sources.corpus:
        spec = find_corpus(sources.corpus)
        return spec.name + (f", dev: {_names(sources.dev)}" if sources.dev else ""), spec.licence, spec.source
    return _names(sources.train), "that of the training data", ""


def lineage(start: str) -> list[str]:
    """A line on the model that this one began as; none where it began with random weights."""
    if not start:
        return []
    info = model_info(start)
    return [
        f"- Trained further from `{info.name}`, whose data and licence hold, too; its sha256: `{info.sha256}`"
    ]


def plugins_line(request: Request) -> list[str]:
    """A line on the third-party plugins that the model needs, and their versions; none where there are none."""
    packages = third_party(versions_of(needs_of(request.sources.model, request.model)))
    return [f"- Plugins: {', '.join(packages)}"] if packages else []


def _names(paths: Sequence[str]) -> str:
    return ", ".join(Path(path).name for several in paths for path in several.split(","))


def _score_table(scores: Sequence[str], epoch: int, silver: str | None) -> list[str]:
    if not scores:
        return ["No dev split was given, so nothing was measured.", ""]
    marked = f" (SILVER labels by {silver})" if silver else ""
    return [f"## Accuracy on dev{marked}, epoch {epoch}", "", "| label | % |", "| --- | --- |", *scores, ""]
