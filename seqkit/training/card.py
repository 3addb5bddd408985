"""Write the model card: kind of model, training data, scores on dev, and the command that made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from seqkit._version import __version__
from seqkit.config import to_toml
from seqkit.data.catalogue import find_corpus
from seqkit.evaluation.report import markdown_table, metric_table
from seqkit.models.folder import model_info
from seqkit.models.needs import third_party, versions_of
from seqkit.training.card_metadata import CardMetadata, listed
from seqkit.training.provenance import needs_of_run
from seqkit.training.request import TrainingRequest
from seqkit.training.state import Progress


@dataclass(frozen=True)
class CardFacts:
    """The facts that a task adds to the card of a model."""

    title: str
    """`A lstm tagger for en`."""
    language: str
    """In the form of the card's metadata: `en`, or `[de, en]`."""
    tags: str
    """In the same form: `[translation]`."""
    before: Sequence[str] = ()
    """Lines of the list before data and licence."""
    after: Sequence[str] = ()
    """Lines of the list after data and licence."""
    warning: str = ""
    """A warning that is printed next to the scores."""


def parameters_line(model: nn.Module) -> str:
    """A line for `CardFacts.after`: how many parameters the network has."""
    return f"Parameters: {sum(parameter.numel() for parameter in model.parameters()):,}"


def model_card(request: TrainingRequest, facts: CardFacts, progress: Progress, command: str) -> str:
    """Markdown for the model's README."""
    data, licence, source = data_of(request)
    return "\n".join(
        [
            *_metadata(request, facts, licence, progress).lines(),
            "",
            f"# {facts.title}",
            "",
            *(f"- {line}" for line in facts.before),
            f"- Data: {data}{f' ({source})' if source else ''}",
            f"- Licence: {licence}",
            *lineage(request.sources.start),
            *(f"- {line}" for line in facts.after),
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
            _options(request),
            "```",
            "",
            *_scores(progress, facts.warning),
        ]
    )


def _metadata(request: TrainingRequest, facts: CardFacts, licence: str, progress: Progress) -> CardMetadata:
    sources = request.sources
    return CardMetadata(
        name=facts.title.replace("`", ""),
        languages=listed(facts.language) or ["xx"],
        licence=licence,
        tags=listed(facts.tags) or ["seqkit"],
        corpus=sources.corpus.partition("?")[0],
        base=sources.start,
        scores=progress.best,
    )


def _options(request: TrainingRequest) -> str:
    """All options except the sources, which the command names."""
    return to_toml({name: values for name, values in request.sections.items() if name != "sources"}).rstrip()


def data_of(request: TrainingRequest) -> tuple[str, str, str]:
    """The training data, its licence, and its source."""
    sources = request.sources
    if sources.corpus:
        spec = find_corpus(sources.corpus)
        return spec.name + (f", dev: {_names(sources.dev)}" if sources.dev else ""), spec.licence, spec.source
    return _names(sources.train), "that of the training data", ""


def lineage(start: str) -> list[str]:
    """A line about the model that the training began with; none if it began with random weights."""
    if not start:
        return []
    info = model_info(start)
    return [
        f"- Trained further from `{info.name}`, whose data and licence hold, too; its sha256: `{info.sha256}`"
    ]


def plugins_line(request: TrainingRequest) -> list[str]:
    """A line about the third-party plugins that the model needs, with versions; none if it needs none."""
    packages = third_party(versions_of(needs_of_run(request)))
    return [f"- Plugins: {', '.join(packages)}"] if packages else []


def _names(paths: Sequence[str]) -> str:
    return ", ".join(Path(path).name for several in paths for path in several.split(","))


def _scores(progress: Progress, warning: str) -> list[str]:
    if not progress.best:
        return ["No dev split was given, so nothing was measured.", ""]
    marked = f" ({warning})" if warning else ""
    title = f"## Scores on dev{marked}, epoch {progress.best_epoch}"
    return [title, "", *markdown_table(metric_table(progress.best)), ""]
