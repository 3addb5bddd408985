"""Measure a model: `seqkit.evaluate`."""

from __future__ import annotations

from os import PathLike, fspath
from typing import Any

from seqkit.api.models import Name, checked_name, task_of
from seqkit.config import fill
from seqkit.errors import PluginError, SeqkitError
from seqkit.evaluation.report import Report, markdown
from seqkit.extend.blame import faults_named
from seqkit.extend.manager import registry
from seqkit.extend.specs import TaskSpec
from seqkit.models.folder import HUB, ModelInfo, add_to_card, model_info
from seqkit.runtime.devices import computing_on
from seqkit.runtime.threads import computing_with
from seqkit.tasks.contract import EvaluationRequest, task_named
from seqkit.tasks.option_types import with_checked_options


@with_checked_options
def evaluate(
    model: Name,
    data: str | PathLike[str],
    *,
    split: str = "",
    compare: Name = "",
    inference_dtype: str = "",
    threads: int | None = None,
    device: str = "",
    card: bool = False,
    skip_bad: bool = False,
    **options: Any,
) -> Report:
    """Measure a model on a corpus or on files, as `seqkit evaluate` does.

    >>> report = evaluate("en-tagger", "sample-english", split="dev")
    >>> report.metrics[0].name, report.metrics[0].value > 0.9
    ('upos', True)

    Args: data, a corpus by name, or files; split, of the corpus, "": test; compare, another model, to test the
    difference between the two; threads, None: as torch has them; device, cpu, cuda, cuda:1, mps or auto, "": as chosen
    before; card, add the scores to the model's card; skip_bad, skip bad records and count them; options, those of the
    model's task, such as `raw=True` of a tagger.

    Returns the report: `metrics` are the scores, `data` is everything measured; a notebook shows its tables. Raises
    SeqkitError for a model, data or an option that there is not.
    """
    if not isinstance(data, str | PathLike):
        raise TypeError(f"expected a corpus's name or files (str or path), got {type(data).__name__}")
    name, source = checked_name(model), fspath(data)
    info = model_info(name)
    spec = task_of(info)
    request = EvaluationRequest(
        model=name,
        source=source,
        split=split_of(source, split),
        options=fill({"evaluation": spec.evaluation}, options)["evaluation"],
        compare=checked_name(compare),
        inference_dtype=inference_dtype,
        skip_bad=skip_bad,
        card=card,
    )
    with faults_named(), computing_with(threads), computing_on(device):
        report = measured(spec, request)
    if card:
        write_card(info, report)
    return report


def measured(spec: TaskSpec, request: EvaluationRequest) -> Report:
    """The Report of the task's `evaluate`. Raises PluginError for anything else."""
    report = task_named(spec.name).evaluate(request)
    if not isinstance(report, Report):
        owner = registry().registered("tasks", spec.name).display_name
        gives = f"its `evaluate` gives a {type(report).__name__}, not a Report"
        raise PluginError(f"{owner}, task '{spec.name}': {gives}", "Tell the author of the plugin.")
    return report


def write_card(info: ModelInfo, report: Report) -> None:
    """Put the scores into the model's card. Raises SeqkitError for scores that have no place there."""
    if info.name.startswith(HUB):
        fix = f"Get a copy of your own: seqkit models pull {info.name} --out FOLDER"
        raise SeqkitError(f"--card: {info.name} is in the cache of the Hub", fix, exit_code=2)
    if report.card is None:
        raise SeqkitError("--card: these scores have no place in a card", "Leave it out.", exit_code=2)
    add_to_card(info.folder, report.card.title, markdown(report.card))


def split_of(source: str, split: str) -> str | None:
    """The split of a corpus; None for files. Raises SeqkitError for a split of a file."""
    from seqkit.data.pair_sides import names_pair_files

    if not names_pair_files(source):
        return split or "test"
    if split:
        raise SeqkitError(
            f"--split {split}: {source} is no corpus, and has none", "Leave it out.", exit_code=2
        )
    return None
