"""The front matter of a model card: YAML that the Hugging Face Hub reads (https://huggingface.co/docs/hub/model-cards).

Values that YAML would not read as text, such as the language `no`, are quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seqkit.evaluation.metric import Metric
from seqkit.models.folder import HUB

LICENCES = {
    *(
        "apache-2.0",
        "mit",
        "bsd",
        "bsd-2-clause",
        "bsd-3-clause",
        "isc",
        "wtfpl",
        "zlib",
        "unlicense",
        "ecl-2.0",
    ),
    *(
        "epl-1.0",
        "epl-2.0",
        "etalab-2.0",
        "eupl-1.1",
        "eupl-1.2",
        "agpl-3.0",
        "gfdl",
        "gpl",
        "gpl-2.0",
        "gpl-3.0",
    ),
    *(
        "lgpl",
        "lgpl-2.1",
        "lgpl-3.0",
        "lgpl-lr",
        "mpl-2.0",
        "ms-pl",
        "osl-3.0",
        "artistic-2.0",
        "bsl-1.0",
        "afl-3.0",
    ),
    *(
        "odbl",
        "odc-by",
        "pddl",
        "cdla-permissive-1.0",
        "cdla-permissive-2.0",
        "cdla-sharing-1.0",
        "cc",
        "cc0-1.0",
    ),
    *("cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nc-2.0"),
    *(
        "cc-by-nc-3.0",
        "cc-by-nc-4.0",
        "cc-by-nd-4.0",
        "cc-by-nc-nd-3.0",
        "cc-by-nc-nd-4.0",
        "cc-by-nc-sa-2.0",
    ),
    *("cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "unknown", "other"),
}
"""Licences by their names on the Hub; all others are `other`, with the name in `license_name`."""
PIPELINES = (
    *("token-classification", "translation", "text-generation", "text-classification", "summarization"),
    *("automatic-speech-recognition", "image-to-text", "text-to-video", "text-to-audio"),
)
"""Tags that are tasks on the Hub."""
PLAIN = re.compile(r"[A-Za-z][\w./-]*")
NOT_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}
"""Words that a YAML parser may read as a value of another type."""


@dataclass(frozen=True)
class CardMetadata:
    """The facts in the front matter."""

    name: str
    languages: Sequence[str]
    licence: str
    tags: Sequence[str]
    corpus: str = ""
    """The corpus by name; "" for files."""
    base: str = ""
    """The model that the training began with; "" for random weights."""
    scores: Sequence[Metric] = ()
    """On dev."""

    def lines(self) -> Iterator[str]:
        """The lines of the front matter."""
        licence = self.licence.lower().replace(" ", "-")
        yield "---"
        yield f"language: {_one_or_list(self.languages)}"
        yield f"license: {licence if licence in LICENCES else 'other'}"
        if licence not in LICENCES:
            yield f"license_name: {scalar(licence)}"
        yield "library_name: seqkit"
        if task := self._task():
            yield f"pipeline_tag: {task}"
        yield f"tags: {_list(self.tags)}"
        if self.corpus:
            yield f"datasets: {_list([self.corpus])}"
        if self.base.startswith(HUB):
            yield f"base_model: {scalar(self.base.removeprefix(HUB).partition('@')[0])}"
        if self.scores:
            yield from self._results()
        yield "---"

    def _task(self) -> str:
        return next((tag for tag in self.tags if tag in PIPELINES), "")

    def _results(self) -> Iterator[str]:
        """The scores as the Hub's `model-index`."""
        yield f"metrics: {_list([metric.name for metric in self.scores])}"
        yield "model-index:"
        yield f"- name: {scalar(self.name)}"
        yield "  results:"
        yield f"  - task: {{type: {scalar(self._task() or self.tags[0])}}}"
        name = self.corpus or "the training data"
        yield f"    dataset: {{type: {scalar(self.corpus or 'files')}, name: {scalar(f'{name}, dev')}, split: dev}}"
        yield "    metrics:"
        for metric in self.scores:
            yield f"    - {{type: {scalar(metric.name)}, name: {scalar(metric.title)}, value: {metric.value:.6g}}}"


def scalar(text: str) -> str:
    """A text in YAML: unchanged if that is safe, else quoted as JSON, which is YAML, too."""
    safe = PLAIN.fullmatch(text) and text.lower() not in NOT_TEXT
    return text if safe else json.dumps(text, ensure_ascii=False)


def listed(text: str) -> list[str]:
    """The parts of a YAML list in the form of `CardFacts`: `[de, en]`, or a single value."""
    parts = (part.strip().strip("\"'") for part in text.strip().strip("[]").split(","))
    return [part for part in parts if part]


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(map(scalar, values))}]"


def _one_or_list(values: Sequence[str]) -> str:
    return scalar(values[0]) if len(values) == 1 else _list(values)
