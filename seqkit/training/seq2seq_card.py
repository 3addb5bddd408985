"""The model card of a sequence-to-sequence model."""

from __future__ import annotations

import dataclasses
from typing import Any

from seqkit._version import __version__
from seqkit.config import to_toml
from seqkit.training.card import data_of, lineage, plugins_line
from seqkit.training.request import Request
from seqkit.training.state import Progress


def seq2seq_card(request: Request, model: Any, pairs: int, progress: Progress, command: str) -> str:
    """Markdown for the model's README."""
    sources = request.sources
    data, licence, origin = data_of(request)
    best = next((row for row in progress.rows if row["epoch"] == progress.best_epoch), progress.rows[-1])
    return "\n".join(
        [
            "---",
            f"language: [{sources.source}, {sources.target}]",
            f"license: {licence.lower().replace(' ', '-')}",
            "library_name: seqkit",
            "tags: [translation]" if model.options.encoder == "text" else "tags: [sequence-to-sequence]",
            "---",
            "",
            f"# A `{sources.model}` model from {sources.source} to {sources.target}",
            "",
            f"- From: {sources.source} ({model.options.encoder}); to: {sources.target} ({model.options.decoder})",
            f"- Data: {data}{f' ({origin})' if origin else ''}",
            f"- Licence: {licence}",
            *lineage(sources.start),
            f"- Training pairs: {pairs:,}",
            f"- Parameters: {sum(parameter.numel() for parameter in model.parameters()):,}",
            *plugins_line(request),
            f"- Made by seqkit {__version__}, seed {request.training.seed}:",
            "",
            "```",
            command,
            "```",
            "",
            "The options, resolved:",
            "",
            "```toml",
            to_toml(
                {name: dataclasses.asdict(getattr(request, name)) for name in ("model", "training")}
            ).rstrip(),
            "```",
            "",
            *_scores(best, progress.best_epoch),
        ]
    )


def _scores(row: dict[str, Any], epoch: int) -> list[str]:
    names = {
        "dev_bleu": ("BLEU, greedy", 100),
        "dev_exact": ("exact match, greedy, %", 100),
        "dev_character_error": ("character error rate, greedy, %", 100),
        "dev_perplexity": ("perplexity of a symbol", 1),
        "dev_log_likelihood": ("log-likelihood a step", 1),
    }
    scores = [f"| {name} | {scale * row[key]:.2f} |" for key, (name, scale) in names.items() if key in row]
    if not scores:
        return ["No dev split was given, so nothing was measured.", ""]
    return [f"## Scores on dev, epoch {epoch}", "", "| score | value |", "| --- | --- |", *scores, ""]
