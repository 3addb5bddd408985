"""The interface between a task and training, objectives and inspection. Imports no torch, so that subclassing is cheap.

An objective asks for the loss, for log-probabilities of single steps (`log_probs`), for whole outputs and their
probabilities (`sample`), or decodes step by step (`inputs`, `start`, `step`, `with_decoder_inputs`).

Shapes: B examples, K outputs of each, T steps, N labelled steps of a batch, V labels or symbols.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from seqkit.errors import SeqkitError
from seqkit.evaluation.metric import Metric
from seqkit.models.contracts import StepLogProbs

if TYPE_CHECKING:
    from torch import Tensor

    from seqkit.models.contracts import Loss
    from seqkit.nn.draws import Rows
    from seqkit.training.request import TrainingRequest
    from seqkit.training.state import Progress

STEP_BY_STEP = "decoding step by step"
OPTIONAL = {
    "log_probs": "log-probabilities of single steps",
    "sample": "outputs that are drawn in training",
    "step_losses": "losses of single steps",
    "inputs": STEP_BY_STEP,
    "start": STEP_BY_STEP,
    "step": STEP_BY_STEP,
    "with_decoder_inputs": STEP_BY_STEP,
}
"""What a task offers by an optional method, for messages."""


class Outputs(NamedTuple):
    """Whole outputs of a model for each example of a batch, K of each, for one kind of output."""

    texts: list[list[str]]
    """B × K. An output as metrics read it: a line, or labels with blanks between."""
    references: list[str]
    """The right output of each example."""
    log_p_BK: Tensor
    """ln P(output | source), with a gradient."""


class Part(NamedTuple):
    """The examples of one process out of a batch."""

    batch: Any
    rows: Mapping[str, Rows]
    """By what the first dimension of random numbers counts, as `seqkit.nn.draws` names it."""


class Trainable(ABC):
    """A model and the examples it learns from: batches, their loss, and the score on dev."""

    name: str
    """Of the task, for messages."""
    model: Any
    """A `torch.nn.Module`."""
    searches: ClassVar[bool] = False
    """Whether `sample` can take the best of a beam in place of draws."""
    truncation: Any = None
    """A `seqkit.nn.running.Runner` that cuts back-propagation through time; None cuts nothing."""

    @property
    @abstractmethod
    def lengths(self) -> Any:
        """Steps of each training example, (N,) or (N, parts): what batches are made by."""

    def batches(self, batch_words: int, seed: int, epoch: int) -> list[list[int]]:
        """Indices of the examples of each batch of an epoch: a function of (lengths, seed, epoch) alone.

        By default batches of similar lengths in random order. A task that carries a state from batch to batch returns
        its windows in order.
        """
        from seqkit.training.batches import length_buckets

        return length_buckets(self.lengths, batch_words, seed, epoch)

    @abstractmethod
    def collate(self, indices: Sequence[int], seed: int) -> Any:
        """These examples as one batch of CPU tensors; everything random in it follows from `seed`."""

    def divided(self, indices: Sequence[int], processes: int) -> list[list[int]]:
        """Which examples of a batch each of several processes takes: positions in `indices`, fixed by the data alone.

        By default each takes about as many examples and as many steps, so that none waits long for the others. A task
        that carries a state from batch to batch gives a row to the same process in all of them.
        """
        from seqkit.training.batches import divided_by_length

        return divided_by_length([self.lengths[index] for index in indices], processes)

    def part(self, batch: Any, rows: Rows) -> Part:
        """These examples of a batch that `collate` made.

        By default the rows of every tensor, where the first dimension counts the examples. Raises SeqkitError for a
        batch with other tensors: its task overrides this.
        """
        from seqkit.training.batch_parts import rows_of

        return Part(rows_of(batch, rows, self.name), {"examples": rows})

    divides_state: bool = False
    """Whether the carried state of `state_dict` has a row for each example of the whole batch, with zeros for those of
    other processes, so that the sum over all processes is the state."""

    @abstractmethod
    def loss(self, batch: Any, label_smoothing: float = 0.0) -> Loss:
        """Negative log-likelihood of a batch."""

    def log_probs(self, batch: Any) -> list[StepLogProbs]:
        """Log-probabilities of every label at every labelled step, one record for each kind of output."""
        raise self.lacks(OPTIONAL["log_probs"])

    def sample(self, batch: Any, count: int, seed: int, *, search: bool = False) -> list[Outputs]:
        """`count` outputs of each example, one record for each kind of output.

        Args: seed, of the draws from P(output | source); search, take the best of a beam in place of draws.
        """
        raise self.lacks(OPTIONAL["sample"])

    def inputs(self, batch: Any) -> Tensor:
        """Inputs of the model at each step, inputs_BT: the previous output; arbitrary at the first step."""
        raise self.lacks(STEP_BY_STEP)

    def start(self, batch: Any) -> Any:
        """The state before the first step of each example."""
        raise self.lacks(STEP_BY_STEP)

    def step(self, previous_B: Tensor | None, state: Any) -> tuple[Tensor, Any]:
        """Compute a step: the input (None at the first) -> log P(next)_BV and the next state."""
        raise self.lacks(STEP_BY_STEP)

    def with_decoder_inputs(self, batch: Any, inputs_BT: Tensor) -> Any:
        """The batch with other inputs, what is to be predicted unchanged."""
        raise self.lacks(STEP_BY_STEP)

    def step_losses(self, batch: Any) -> Tensor:
        """Negative log-likelihood of each step, (B, T), 0 at padding: for inspection."""
        raise self.lacks(OPTIONAL["step_losses"])

    @abstractmethod
    def score(self) -> list[Metric]:
        """Scores on dev, the one that decides first; empty without a dev split."""

    def state_dict(self) -> Mapping[str, Tensor]:
        """Tensors that the next batch depends on beside the weights, such as a carried state."""
        return {}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:  # noqa: B027 (optional)
        """Restore what `state_dict` returned."""

    def check_offers(self, method: str) -> None:
        """Raise SeqkitError unless the task defines this optional method (`sample`, `log_probs`, `step` …)."""
        if getattr(type(self), method) is getattr(Trainable, method):
            raise self.lacks(OPTIONAL[method])

    def lacks(self, what: str) -> SeqkitError:
        """The error for something that this task does not offer."""
        return SeqkitError(f"{self.name} offers no {what}", "Choose another objective.", exit_code=2)


def nothing() -> None:
    """For a task with nothing to do after the last epoch."""


@dataclass
class Prepared:
    """A training that can begin: data read, model made with its first, seeded weights."""

    request: TrainingRequest
    """With every option resolved."""
    task: Trainable
    examples: str
    """Checksum of the training and dev examples."""
    card: Callable[[Progress, str], str]
    """(progress, first command) -> the model card, Markdown."""
    silver: str | None = None
    """The pipeline that made the labels, where no person did."""
    parts: Mapping[str, TrainingRequest] = field(default_factory=dict)
    """Other models that are trained first, each into a folder of this name inside of the model's."""
    finish: Callable[[], None] = nothing
    """What is left to do with the best weights."""
