"""A trained model in Python, returned by `seqkit.load`. Imports no torch.

A task may name a subclass in `TaskSpec.loaded`, with typed methods; without one, its models have `apply`,
`pipe`, and a method by the name of the task's command.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from html import escape
from itertools import chain
from pathlib import Path
from typing import Any

from seqkit.config import fill
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors
from seqkit.extend.manager import registry
from seqkit.extend.specs import NoOptions, TaskSpec
from seqkit.models.folder import ModelInfo
from seqkit.tasks.application import ApplyRequest, Limits, chunks
from seqkit.tasks.applying import applied, in_place
from seqkit.tasks.contract import Task, task_named
from seqkit.tasks.python_values import ScoredText, checked_text, checked_texts

__all__ = ["LoadedModel", "ScoredText", "WrongVerb"]

TOGETHER = Limits(records=256, size=100_000)
"""Number of texts of a stream that are processed together. Fixed, so that equal input gives equal batches."""


class WrongVerb(SeqkitError, AttributeError):
    """A method of models of another task. For `hasattr` it is a missing attribute."""


class LoadedModel:
    """A trained model. Its weights are read when they are first needed.

    Other attributes are those of `loaded`, the result of the task's `load`: a tagger has `predict` and `matrices`, for
    instance.
    """

    def __init__(self, name: str, info: ModelInfo, spec: TaskSpec, inference_dtype: str = "") -> None:
        """Args: name, as the user gave it; inference_dtype, number format of the computation, "": the model's own."""
        self.name, self.info, self.spec, self.inference_dtype = name, info, spec, inference_dtype
        self._for_apply: Any = None

    @cached_property
    def task(self) -> Task:
        """The model's task."""
        return task_named(self.spec.name)

    @cached_property
    def loaded(self) -> Any:
        """The model with its weights, from the task's `load`."""
        return self.task.load(self.name, self.inference_dtype)

    @property
    def folder(self) -> Path:
        """The folder of its files."""
        return self.info.folder

    def apply(self, inputs: str | Path | Iterable[str | Path], **options: Any) -> list[Any]:
        """The outputs for texts (str) and files (Path), one for each item that the task reads in them.

        Args: options, those of `seqkit batch` for such models. Raises SeqkitError for an option that there is not, and
        for an input that the model cannot take.
        """
        request = self.request(options)
        items = (item for item in self._items(_listed(inputs), request))
        return [good_output(output, number) for number, output in enumerate(self._outputs(items, request), 1)]

    def pipe(self, texts: Iterable[str], *, on_error: str = "stop", **options: Any) -> Iterator[Any]:
        """The outputs for a stream of texts, one for each text, in order and in flat memory.

        A text with several items, such as lines, has a list of outputs. Args: on_error, "skip" yields None for a text
        that the model cannot take, "stop" raises SeqkitError with its number; options, as of `apply`.
        """
        check_on_error(on_error)
        request = self.request(options)
        for group in chunks(checked_texts(texts), TOGETHER, len):
            of_each = [
                list(self._items([text], request, number))
                for number, text in enumerate(group.items, group.first + 1)
            ]
            outputs = iter(self._outputs(chain.from_iterable(of_each), request))
            for number, items in enumerate(of_each, group.first + 1):
                own = [next(outputs) for _ in items]
                bad = any(isinstance(output, SeqkitError) for output in own)
                skipped = bad and on_error == "skip"
                yield None if skipped else self._together([good_output(output, number) for output in own])

    def request(self, options: Mapping[str, Any]) -> ApplyRequest:
        """The request that applies this model with options of its task. Raises SeqkitError for an unknown one."""
        kind = self.spec.application
        if kind is None:
            problem = f"{self.name}: models for {self.spec.name} are not applied to texts through `apply`"
            raise SeqkitError(problem, "Use the methods of its `loaded`.", exit_code=2)
        filled = fill({"options": kind}, options)["options"] if kind is not NoOptions else NoOptions()
        return ApplyRequest(self.name, filled, self.inference_dtype)

    def _items(self, inputs: Iterable[str | Path], request: ApplyRequest, first: int = 1) -> Iterator[Any]:
        """The items of texts and files. Args: first, number of the first text or file."""
        problems = RecordErrors()
        for number, one in enumerate(inputs, first):
            if isinstance(one, Path):
                yield from self.task.read(str(one), request, problems)
            else:
                yield from self.task.items_in(checked_text(one), number, request, problems)

    def _outputs(self, items: Iterable[Any], request: ApplyRequest) -> Iterator[Any]:
        """An output for each item, or a SeqkitError for an item that the model cannot process."""
        for _, _, output in applied(self.task, self._applied(request), items, request, bad=in_place):
            yield output

    def _applied(self, request: ApplyRequest) -> Any:
        """The model for the task's `apply`, loaded once."""
        if self._for_apply is None:
            self._for_apply = self.task.load_for_stream(request)
        return self._for_apply

    def _together(self, outputs: Sequence[Any]) -> Any:
        """The result of `pipe` for a text with these outputs: a single one, or the list of several."""
        return outputs[0] if len(outputs) == 1 else list(outputs)

    def __getattr__(self, name: str) -> Any:
        """The task's command as a method, else an attribute of `loaded`. Raises WrongVerb for another task's."""
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__} has no attribute {name}")
        if name == self.spec.verb:
            return self.apply
        other = next((one.spec for one in registry().all("tasks") if one.spec.verb == name), None)
        if other is not None:
            problem = f"{self.name}: a model for {self.spec.name}, not for {other.name}"
            raise WrongVerb(problem, f"Use its method `{self.spec.verb or 'apply'}`.", exit_code=2)
        return getattr(self.loaded, name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, task={self.spec.name!r})"

    def _repr_html_(self) -> str:
        """The model's facts as a table."""
        facts = {"model": self.name, "task": self.spec.name, "kind": self.info.config["model"]}
        facts |= {"language": self.info.config.get("language", ""), "size": f"{self.info.size / 1e6:.1f} MB"}
        rows = "".join(
            f"<tr><th>{key}</th><td>{escape(str(value))}</td></tr>" for key, value in facts.items()
        )
        return f"<table>{rows}</table>"


def check_on_error(on_error: str) -> None:
    """Raise SeqkitError for anything but "stop" and "skip"."""
    if on_error not in ("stop", "skip"):
        raise SeqkitError(f"on_error={on_error!r}: unknown", "Choose 'stop' or 'skip'.", exit_code=2)


def _listed(inputs: str | Path | Iterable[str | Path]) -> Iterable[str | Path]:
    return [inputs] if isinstance(inputs, str | Path) else checked_texts(inputs, or_paths=True)


def good_output(output: Any, number: int) -> Any:
    """The output. If it is a SeqkitError, raises it with the number of the text."""
    if isinstance(output, SeqkitError):
        raise SeqkitError(f"input {number}: {output.problem}", output.fix) from output
    return output
