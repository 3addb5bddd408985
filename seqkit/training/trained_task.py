"""The interface between training and a kind of model. Imports no torch."""

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
    """The part of a task that training knows; `seqkit.tasks.Task`, which tasks subclass, has the rest."""

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

    def lacks(self, what: str) -> SeqkitError:
        """The error for something that this task does not offer."""
        return SeqkitError(f"{self.name} offers no {what}", "Choose a model of another task.", exit_code=2)
