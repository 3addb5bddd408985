"""The interface of tasks to `seqkit inspect`: a trained model, examples, and names of inputs and outputs.

Imports no torch. Shapes: B examples, S steps of the input, T steps that have a loss, V labels or symbols.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from seqkit.data.files import format_of, names_known_suffix, read_file
from seqkit.errors import SeqkitError
from seqkit.examples import RawText, RecordErrors
from seqkit.terminal.argument_paths import has_blanks, is_there

if TYPE_CHECKING:
    from torch import Tensor

LONGEST = 10_000
"""Steps of the longest example that is inspected: every state is kept, with its history."""


def quiet(message: str) -> None:
    """Ignore a message."""


@dataclass(frozen=True)
class InspectionRequest:
    """A request to inspect a model on data."""

    model: str
    """Name or folder."""
    source: str = ""
    """A corpus by name, or files; "" if a text is given."""
    split: str = "dev"
    """Of the corpus."""
    text: str = ""
    """A single example, as text or the name of a file with the model's input."""
    target: str = ""
    """The output to explain for `text`; "": the model's output."""
    examples: int = 200
    """Maximum number of examples of a corpus."""
    skip_bad: bool = False
    tell: Callable[[str], None] = quiet
    """Called with messages for the user."""


class Steps(NamedTuple):
    """Lengths of one example."""

    source: int
    """Steps that the model reads."""
    target: int
    """Steps that have a loss; equal to `source` if each input step has a label."""


class Subject(ABC):
    """A trained model with examples. A task returns one from `Task.subject`."""

    model: Any
    """A `torch.nn.Module`, in evaluation mode."""
    reads_then_writes: bool = False
    """Whether a source is read whole before the first step of the output (an encoder and a decoder)."""

    @abstractmethod
    def __len__(self) -> int:
        """Number of examples."""

    @abstractmethod
    def steps(self, index: int) -> Steps:
        """Lengths of an example."""

    @abstractmethod
    def collate(self, indices: Sequence[int]) -> Any:
        """Batch these examples; an index may occur several times. Nothing is random."""

    @abstractmethod
    def step_losses(self, batch: Any) -> Tensor:
        """Negative log-likelihood of each step, with gradient, (B, T), 0 at padding."""

    @abstractmethod
    def entries(self) -> list[str]:
        """Names of the modules whose first argument is x_BSD, the vectors of the input: attribution starts there."""

    def chains(self) -> list[str]:
        """Beginnings of the names of the recurrent layers over the steps of the input or output; "" is all."""
        return [""]

    def reads_source(self, chain: str) -> bool:
        """Whether a recurrent layer, by name, reads the source of a model that reads first and then writes."""
        return self.reads_then_writes and any(entry and chain.startswith(entry) for entry in self.entries())

    def scores(self, batch: Any) -> Tensor:
        """Logits of every label or symbol at each step, with gradient, (B, T, V)."""
        raise self.lacks("attribution: it has no score for each label")

    def names(self) -> list[str]:
        """Name of each of the V labels or symbols."""
        raise self.lacks("attribution: its outputs have no names")

    def chosen(self, index: int) -> list[int]:
        """The label or symbol of each of the T steps that is explained: given, or predicted."""
        raise self.lacks("attribution")

    def output_matrices(self) -> dict[str, Tensor]:
        """V of each kind of output, by name."""
        return {}

    def input_names(self, index: int) -> list[str]:
        """A word for each of the S steps of an example."""
        return [f"step {number + 1}" for number in range(self.steps(index).source)]

    def output_names(self, index: int) -> list[str]:
        """A word for each of the T steps of an example."""
        return [f"step {number + 1}" for number in range(self.steps(index).target)]

    def attention(self, index: int) -> Any:
        """Attention of each output step, (T, S), as an array; None for a model without attention."""
        return None

    def lacks(self, what: str) -> SeqkitError:
        """The error for something that this task does not offer."""
        return SeqkitError(f"this model offers no {what}", "Inspect it without.", exit_code=2)


def text_of(request: InspectionRequest) -> str:
    """The text of a request to a model that reads text: `text`, or the content of the text file that it names.

    Raises SeqkitError for a file that does not exist, is not UTF-8, or holds anything but running text.
    """
    text = request.text
    if not names_known_suffix(text) or (has_blanks(text) and not is_there(text)):
        return text
    if not is_there(text):
        raise SeqkitError(f"--text {text}: no such file", "Check the path.", exit_code=2)
    if format_of(text).yields != "text":
        raise SeqkitError(f"--text {text}: is not running text", f"Use --corpus {text}.", exit_code=2)
    parts = read_file(text, RecordErrors(skip=request.skip_bad))
    return "\n".join(part.text for part in parts if isinstance(part, RawText))


def check_inspectable(subject: Subject, where: str) -> None:
    """Raise SeqkitError without examples, and for an example that is too long to keep all its states."""
    if not len(subject):
        raise SeqkitError(f"{where}: holds no example to inspect", "Give a corpus or a text with words.")
    for index in range(len(subject)):
        check_steps(max(subject.steps(index)), f"{where}: example {index + 1}")


def check_steps(steps: int, where: str) -> None:
    """Raise SeqkitError for an example of more than LONGEST steps."""
    if steps > LONGEST:
        raise SeqkitError(
            f"{where} has {steps:,} steps; inspection keeps every state of at most {LONGEST:,}",
            "Cut it into parts.",
        )
