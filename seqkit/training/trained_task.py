"""The interface between training and a task. Imports no torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from seqkit.errors import SeqkitError

if TYPE_CHECKING:
    from seqkit.training.reporter import Reporter
    from seqkit.training.request import TrainingRequest
    from seqkit.training.trainable import Prepared


class TrainedTask(ABC):
    """The part of a task that training uses. Tasks inherit from `seqkit.tasks.Task`, which has the rest."""

    name: ClassVar[str]
    """As in the TaskSpec."""

    @abstractmethod
    def prepare(self, request: TrainingRequest, reporter: Reporter) -> Prepared:
        """Read the data and make the model with its initial, seeded weights.

        Raises SeqkitError for empty training data and for options that do not suit the data.
        """

    def finetune_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The network options of a trained model that fine-tuning takes from it."""
        return dict(options)

    def lacks(self, what: str) -> SeqkitError:
        """The error for something that this task does not offer."""
        return SeqkitError(f"{self.name} offers no {what}", "Choose a model of another task.", exit_code=2)
