"""The model card: what the model is, what it learnt from, how good it is, and the command that made it."""

from __future__ import annotations

from collections.abc import Sequence

from seqkit._version import __version__
from seqkit.catalogue import find_corpus
from seqkit.formats.examples import Sentence
from seqkit.training.request import Request
from seqkit.training.state import Progress


def model_card(request: Request, train: Sequence[Sentence], progress: Progress, command: str) -> str:
    """Markdown for the model's README."""
    sources = request.sources
    data, licence, source = _data(request)
    silver = next((sentence.silver for sentence in train if sentence.silver), None)
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
            f"- Labels: {', '.join(sources.label)}; {labels}",
            f"- Training sentences: {len(train):,}; words: {sum(len(s.words) for s in train):,}",
            f"- Made by seqkit {__version__}, seed {request.training.seed}:",
            "",
            "```",
            command,
            "```",
            "",
            *_score_table(scores, progress.best_epoch),
        ]
    )


def _data(request: Request) -> tuple[str, str, str]:
    sources = request.sources
    if sources.corpus:
        spec = find_corpus(sources.corpus)
        return spec.name, spec.licence, spec.source
    return ", ".join(sources.train), "that of the training data", ""


def _score_table(scores: Sequence[str], epoch: int) -> list[str]:
    if not scores:
        return ["No dev split was given, so nothing was measured.", ""]
    return [f"## Accuracy on dev, epoch {epoch}", "", "| label | % |", "| --- | --- |", *scores, ""]
