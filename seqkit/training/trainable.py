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
    "sample": "outputs that are sampled in training",
    "step_losses": "losses of single steps",
    "inputs": STEP_BY_STEP,
    "start": STEP_BY_STEP,
    "step": STEP_BY_STEP,
    "with_decoder_inputs": STEP_BY_STEP,
}
"""Optional method -> what it offers, for messages."""


class Outputs(NamedTuple):
    """Whole outputs of a model for each example of a batch, K of each, for one kind of output."""

    texts: list[list[str]]
    """B × K. An output in the form that metrics read: a line, or labels separated by blanks."""
    references: list[str]
    """The right output of each example."""
    log_p_BK: Tensor
    """ln P(output | source), with a gradient."""


class Part(NamedTuple):
    """The examples of a batch that one process computes."""

    batch: Any
    rows: Mapping[str, Rows]
    """Kind of rows of random numbers, as in `seqkit.nn.draws` -> the rows of this process."""


class Trainable(ABC):
    """A model and its training examples: batches, their loss, and the score on dev."""

    name: str
    """Name of the task, for messages."""
    model: Any
    """A `torch.nn.Module`."""
    searches: ClassVar[bool] = False
    """Whether `sample` can search with a beam instead of sampling."""
    truncation: Any = None
    """A `seqkit.nn.running.Runner` that truncates back-propagation through time; None does not truncate."""

    @property
    @abstractmethod
    def lengths(self) -> Any:
        """Steps of each training example, (N,) or (N, parts), from which batches are made."""

    def batches(self, batch_words: int, seed: int, epoch: int) -> list[list[int]]:
        """Indices of the examples of each batch of an epoch: a function of (lengths, seed, epoch) alone.

        By default batches of similar lengths in random order. A task that carries a state from batch to batch returns
        its windows in order.
        """
        from seqkit.training.batches import length_buckets

        return length_buckets(self.lengths, batch_words, seed, epoch)

    @abstractmethod
    def collate(self, indices: Sequence[int], seed: int) -> Any:
        """These examples as one batch of CPU tensors; all random choices follow from `seed`."""

    def divided(self, indices: Sequence[int], processes: int) -> list[list[int]]:
        """The examples of a batch for each of several processes: positions in `indices`, determined by the data alone.

        By default each gets a similar number of examples and steps, so that none waits long for the others. A task
        that carries a state from batch to batch assigns a row to the same process in all batches.
        """
        from seqkit.training.batches import divided_by_length

        return divided_by_length([self.lengths[index] for index in indices], processes)

    def part(self, batch: Any, rows: Rows) -> Part:
        """The part of a batch from `collate` with these examples.

        By default the rows of every tensor, whose first dimension counts the examples. Raises SeqkitError for a
        batch with other tensors: its task overrides this.
        """
        from seqkit.training.batch_parts import rows_of

        return Part(rows_of(batch, rows, self.name), {"examples": rows})

    divides_state: bool = False
    """Whether the carried state of `state_dict` has a row for each example of the whole batch, with zeros for examples
    of other processes, so that the sum over all processes is the state."""

    @abstractmethod
    def loss(self, batch: Any, label_smoothing: float = 0.0) -> Loss:
        """Negative log-likelihood of a batch."""

    def log_probs(self, batch: Any) -> list[StepLogProbs]:
        """Log-probabilities of every label at every labelled step, one record for each kind of output."""
        raise self.lacks(OPTIONAL["log_probs"])

    def sample(self, batch: Any, count: int, seed: int, *, search: bool = False) -> list[Outputs]:
        """`count` outputs of each example, one record for each kind of output.

        Args: seed, of the samples from P(output | source); search, whether to use beam search instead of sampling.
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
        """The batch with other inputs and the same targets."""
        raise self.lacks(STEP_BY_STEP)

    def step_losses(self, batch: Any) -> Tensor:
        """Negative log-likelihood of each step, (B, T), 0 at padding: for inspection."""
        raise self.lacks(OPTIONAL["step_losses"])

    @abstractmethod
    def score(self) -> list[Metric]:
        """Scores on dev, the decisive one first; empty without a dev split."""

    def state_dict(self) -> Mapping[str, Tensor]:
        """Tensors, other than the weights, that the next batch depends on, such as a carried state."""
        return {}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:  # noqa: B027 (optional)
        """Restore the result of `state_dict`."""

    def check_offers(self, method: str) -> None:
        """Raise SeqkitError unless the task defines this optional method (`sample`, `log_probs`, `step` …)."""
        if getattr(type(self), method) is getattr(Trainable, method):
            raise self.lacks(OPTIONAL[method])

    def lacks(self, what: str) -> SeqkitError:
        """The error for something that this task does not offer."""
        return SeqkitError(f"{self.name} offers no {what}", "Choose another objective.", exit_code=2)


def nothing() -> None:
    """Do nothing: the default for `Prepared.finish`."""


@dataclass
class Prepared:
    """A training that is ready to begin: the data are read, and the model has its initial, seeded weights."""

    request: TrainingRequest
    """The request with all options resolved."""
    task: Trainable
    examples: str
    """Checksum of the training and dev examples."""
    card: Callable[[Progress, str], str]
    """(progress, first command) -> the model card, Markdown."""
    silver: str | None = None
    """The spaCy pipeline that made the labels; None for labels made by people."""
    parts: Mapping[str, TrainingRequest] = field(default_factory=dict)
    """Models that are trained first, each in a subfolder of this name of the model's folder."""
    without_parts: str = ""
    """The option of `seqkit train` that leaves the parts out, for a message."""
    finish: Callable[[], None] = nothing
    """Called after training, with the best weights in the model."""
