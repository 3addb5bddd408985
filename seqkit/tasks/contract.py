"""What every kind of model offers to the commands. Imports no torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from seqkit.errors import SeqkitError

if TYPE_CHECKING:
    from seqkit.evaluation.report import Report
    from seqkit.tasks.inspecting import InspectionRequest, Subject
    from seqkit.training.loop import Reporter
    from seqkit.training.request import TrainingRequest
    from seqkit.training.trainable import Prepared


def quiet(message: str) -> None:
    """Ignore a remark."""


@dataclass(frozen=True)
class EvaluationRequest:
    """What is to be measured, and on what."""

    model: str
    """Name or folder."""
    source: str
    """A corpus by name, or files."""
    split: str | None
    """Of the corpus; None where `source` is files."""
    options: Any
    """The TaskSpec's `evaluation`."""
    compare: str = ""
    """Another model to compare with: name or folder."""
    inference_dtype: str = ""
    """Number format of the computation; "": the model's own."""
    skip_bad: bool = False
    card: bool = False
    """Whether the scores are to be added to the model's card."""
    tell: Callable[[str], None] = quiet
    """Takes remarks for the user."""

    @property
    def where(self) -> str:
        """The data in words: `ud-english-ewt dev`."""
        return " ".join(filter(None, (self.source, self.split)))


class Task(ABC):
    """A kind of model. `TaskSpec.implementation` names a subclass, which is made without arguments.

    What a task does not override is refused by name.
    """

    name: ClassVar[str]
    """As in the TaskSpec."""

    @abstractmethod
    def prepare(self, request: TrainingRequest, reporter: Reporter) -> Prepared:
        """Read the data and make the model with its first, seeded weights.

        Raises SeqkitError where there is nothing to learn from, or the options do not suit the data.
        """

    def finetune_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options of a trained model's network that a training which begins with it takes over."""
        return dict(options)

    def load(self, name_or_folder: str, inference_dtype: str = "") -> Any:
        """A trained model of this task, ready to be applied. Raises SeqkitError for one of another task.

        Args: inference_dtype, number format of the computation, "": the model's own.
        """
        from seqkit.models.artifact import load_for

        return load_for(self.name, name_or_folder, inference_dtype)

    def evaluate(self, request: EvaluationRequest) -> Report:
        """Measure a model. Raises SeqkitError for data that it cannot be measured on."""
        raise self.lacks("evaluation")

    def subject(self, request: InspectionRequest) -> Subject:
        """A trained model with examples, for `seqkit inspect`."""
        raise self.lacks("inspection")

    def lacks(self, what: str) -> SeqkitError:
        """The error for something that this task does not offer."""
        return SeqkitError(f"{self.name} offers no {what}", "Choose a model of another task.", exit_code=2)
