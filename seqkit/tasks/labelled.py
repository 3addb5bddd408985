"""Base classes of tasks that learn from labelled examples: a subclass reads files and predicts."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from seqkit.errors import SeqkitError
from seqkit.evaluation.accuracy import accuracy
from seqkit.evaluation.corpus_metric import measured
from seqkit.evaluation.metric import Metric
from seqkit.evaluation.report import Report, Table
from seqkit.examples import RecordErrors
from seqkit.extend.manager import registry
from seqkit.tasks.application import ApplyRequest, Chunk
from seqkit.tasks.contract import EvaluationRequest, Task
from seqkit.tasks.held_out import NO_DEV
from seqkit.tasks.reading import fresh_or_started, split_sources
from seqkit.tasks.texts import TextTask
from seqkit.training.auto_sizes import AutoSizes, with_auto_sizes
from seqkit.training.card import CardFacts, model_card, parameters_line
from seqkit.training.labelled import LabelledTrainable
from seqkit.training.request import TrainingRequest
from seqkit.training.trainable import Prepared


class LabelledTask(Task):
    """A task that learns from pairs (input, label) and predicts labels of inputs.

    Facts of its models have `gather(examples)` and `classes`, the labels of the training split.
    """

    trainable: ClassVar[type[LabelledTrainable]]
    """What is trained."""
    sizes: ClassVar[AutoSizes] = AutoSizes(
        updates=2000, epochs=(10, 100), batch=(200, 4000), updates_an_epoch=100
    )
    """Batch size (in steps, as `trainable` counts them) and epochs, where the user chooses none."""
    takes_corpora: ClassVar[bool] = False
    """Whether `examples` can read a corpus by name."""
    metrics: ClassVar[tuple[str, ...]] = ()
    """Registered metrics that an evaluation reports after the accuracy."""
    tags: ClassVar[str] = "[]"
    """Tags of the model card, in YAML: "[text-classification]"."""

    @abstractmethod
    def examples(
        self, source: str, split: str, problems: RecordErrors, options: Any
    ) -> Iterable[tuple[Any, Any]]:
        """Pairs (input, label) of a file, or of a corpus's split. Bad records go to `problems`.

        Args: options, the `options` or `evaluation` of the TaskSpec.
        """

    @abstractmethod
    def predict(self, model: Any, inputs: Sequence[Any]) -> Sequence[Any]:
        """The most probable label of each input."""

    def classes(self, model: Any) -> Sequence[Any]:
        """Labels that a model knows."""
        known: Sequence[Any] = model.facts.classes
        return known

    def scores(self, outputs: Sequence[Any], references: Sequence[Any]) -> list[Metric]:
        """Metrics of predicted labels with their intervals: by default the accuracy, and those that `metrics` names."""
        others = [measured(name, outputs, references) for name in self.metrics]
        return [accuracy(outputs, references), *others]

    def tables(
        self, examples: Sequence[tuple[Any, Any]], outputs: Sequence[Any], request: EvaluationRequest
    ) -> list[Table]:
        """Tables after that of the metrics."""
        return []

    def key(self, example: tuple[Any, Any]) -> str:
        """A text that identifies an example, for the checksum with which `--resume` finds changed data.

        Override it if the inputs are arrays: `repr` shortens long ones.
        """
        return repr(example)

    def card_facts(self, request: TrainingRequest, model: Any) -> CardFacts:
        """What the model card says of the model: by default its title is the summary of the ModelSpec."""
        spec = registry().find("models", request.sources.model)
        after = [parameters_line(model)]
        return CardFacts(spec.summary or spec.name, model.facts.language, self.tags, after=after)

    def prepare(self, request: TrainingRequest, reporter: Any) -> Prepared:
        """Read the examples and make the network. Raises SeqkitError if there are none to learn from."""
        import torch

        train, dev = self._splits(request, reporter)
        torch.manual_seed(request.training.seed)
        model = fresh_or_started(request, lambda facts: facts.gather(train))
        self._check_labels(request, model, train)
        task = self.trainable(model, train, dev)
        resolved = with_auto_sizes(request, sum(task.lengths), self.sizes)
        facts = self.card_facts(resolved, model)
        return Prepared(
            request=resolved,
            task=task,
            examples=self._checksum(train, dev),
            card=lambda progress, command: model_card(resolved, facts, progress, command),
            silver=model.facts.silver,
        )

    def evaluate(self, request: EvaluationRequest) -> Report:
        """Scores of the predicted labels. Raises SeqkitError if there is no example."""
        if request.compare:
            raise self.lacks("comparison")
        problems = RecordErrors(skip=request.skip_bad)
        self._check_source(request.source if request.split else "")
        examples = list(self.examples(request.source, request.split or "", problems, request.options))
        request.tell(problems.summary())
        if not examples:
            raise SeqkitError(f"{request.source}: holds no example", "Give a file with examples.")
        model = self.load(request.model, request.inference_dtype)
        outputs = self.predict(model, [one for one, _ in examples])
        counted = f"{len(examples):,} examples"
        return Report(
            title=f"{request.model} on {request.where}: {counted}",
            metrics=self.scores(outputs, [label for _, label in examples]),
            facts={"model": request.model, "source": request.source, "examples": len(examples)},
            tables=self.tables(examples, outputs, request),
            section=f"Scores on {request.where}",
            counted=counted,
        )

    def _splits(self, request: TrainingRequest, reporter: Any) -> tuple[list[Any], list[Any]]:
        """The examples of train and dev."""
        sources, problems = request.sources, RecordErrors(skip=request.sources.skip_bad)
        self._check_source(sources.corpus)
        train, dev = (
            [
                example
                for source in split_sources(sources, split)
                for example in self.examples(source, split, problems, request.task)
            ]
            for split in ("train", "dev")
        )
        if not train:
            where = sources.corpus or ", ".join(sources.train)
            raise SeqkitError(f"{where}: holds no example to learn from", "Use a file with examples.")
        for note in filter(None, (problems.summary(), "" if dev else NO_DEV)):
            reporter.note(note)
        return train, dev

    def _check_source(self, corpus: str) -> None:
        if corpus and not self.takes_corpora:
            raise SeqkitError(f"{self.name} reads no corpora", "Give files: --train FILE.", exit_code=2)

    def _check_labels(self, request: TrainingRequest, model: Any, train: Sequence[tuple[Any, Any]]) -> None:
        """Raise SeqkitError for a training label that the model of `--from` does not know."""
        known = set(self.classes(model))
        unknown = next((label for _, label in train if label not in known), None)
        if unknown is not None:
            problem = f"--from {request.sources.start}: that model does not know the label {unknown!r}"
            raise SeqkitError(problem, "Leave the label out, or train from random weights.")

    def _checksum(self, train: Sequence[tuple[Any, Any]], dev: Sequence[tuple[Any, Any]]) -> str:
        digest = hashlib.sha256()
        for examples in (train, dev):
            for example in examples:
                digest.update(self.key(example).encode() + b"\n")
            digest.update(b"\0")
        return digest.hexdigest()


class LabelledTextTask(LabelledTask, TextTask):
    """A task that gives each text a label; `seqkit batch` and `seqkit.load(…).apply` work, too."""

    field: ClassVar[str] = "label"
    """Field of the output's records that holds the label."""

    def apply(self, model: Any, chunk: Chunk, request: ApplyRequest) -> list[dict[str, Any]]:
        """The label of each text, as a field of its record."""
        labels = self.predict(model, [item.text for item in chunk.items])
        return [{self.field: label} for label in labels]
