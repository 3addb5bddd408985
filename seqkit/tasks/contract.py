"""The interface between tasks and commands. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

from seqkit.errors import SeqkitError
from seqkit.extend.build import class_of
from seqkit.io.segment import Segment
from seqkit.runtime.allocator import TAGGING, Allocation
from seqkit.tasks.application import ApplyRequest, Chunk, Limits, OutputWriter
from seqkit.training.trained_task import TrainedTask

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from seqkit.evaluation.report import Report
    from seqkit.examples import RecordErrors
    from seqkit.io.text_files import FilePath
    from seqkit.tasks.inspecting import InspectionRequest, Subject


def quiet(message: str) -> None:
    """Ignore a message."""


@dataclass(frozen=True)
class EvaluationRequest:
    """A request to evaluate a model on data."""

    model: str
    """Name or folder."""
    source: str
    """A corpus by name, or files."""
    split: str | None
    """Split of the corpus; None if `source` is files."""
    options: Any
    """The TaskSpec's `evaluation`."""
    compare: str = ""
    """Another model to compare with: name or folder."""
    inference_dtype: str = ""
    """Number format of the computation; "": the model's own."""
    skip_bad: bool = False
    card: bool = False
    """Whether to add the scores to the model's card."""
    tell: Callable[[str], None] = quiet
    """Called with messages for the user."""

    @property
    def where(self) -> str:
        """The data in words: `ud-english-ewt dev`."""
        return " ".join(filter(None, (self.source, self.split)))


class Task(TrainedTask):
    """A kind of model. `TaskSpec.implementation` names a subclass, which is made without arguments.

    Methods that a task does not override raise an error that names them. `TrainedTask` has the part for training.
    """

    def load(self, name_or_folder: str, inference_dtype: str = "") -> Any:
        """Load a trained model of this task, ready to be applied. Raises SeqkitError for one of another task.

        Args: inference_dtype, number format of the computation, "": the model's own.
        """
        from seqkit.models.artifact import load_for

        return load_for(self.name, name_or_folder, inference_dtype)

    def evaluate(self, request: EvaluationRequest) -> Report:
        """Evaluate a model. Raises SeqkitError for unsuitable data."""
        raise self.lacks("evaluation")

    def subject(self, request: InspectionRequest) -> Subject:
        """A trained model with examples, for `seqkit inspect`."""
        raise self.lacks("inspection")

    allocation: ClassVar[Allocation] = TAGGING
    """Memory that a process may keep for reuse while such a model reads a stream of inputs."""
    limits: ClassVar[Limits] = Limits(records=1000, size=500_000)
    """Limits of the chunks for `apply`."""
    parts: ClassVar[Limits] = Limits(records=1000, size=1 << 20)
    """Limits of the parts of whole corpora: records (a multiple of `limits.records`) and bytes."""

    def first_limits(self, request: ApplyRequest) -> Limits:
        """Limits of the first chunk of a stream in a command; a small one gives output soon."""
        return self.limits

    def default_model(self, request: ApplyRequest) -> str:
        """The model that is applied if none is named. Raises SeqkitError if there is none."""
        raise SeqkitError("no model is given", "Name one: --model NAME_OR_FOLDER.", exit_code=2)

    def fingerprint(self, request: ApplyRequest) -> str:
        """A checksum of the model's files: equal ones give equal outputs."""
        from seqkit.models.folder import fingerprint

        return fingerprint(request.model)

    def load_for(self, request: ApplyRequest) -> Any:
        """Load the model for `apply`, once for each process."""
        return self.load(request.model, request.inference_dtype)

    def load_for_stream(self, request: ApplyRequest) -> Any:
        """As `load_for`, for one stream that may be short: the model may process a few items without torch."""
        return self.load_for(request)

    def cuts(self, path: str, request: ApplyRequest) -> str:
        """How a file may be divided into parts that `read` can read; see `FormatSpec.cuts`. "whole": not divided."""
        return "whole"

    def read(self, path: FilePath, request: ApplyRequest, problems: RecordErrors) -> Iterator[Any]:
        """The items of a file, or of a part of one, in order. Bad records go to `problems`.

        Each item has an attribute `where`, its location. The file must be opened by `seqkit.io.text_files`. Raises
        SeqkitError for a file that the task does not read.
        """
        raise self.lacks("application to files")

    def items_in(
        self, text: str, number: int, request: ApplyRequest, problems: RecordErrors
    ) -> Iterator[Any]:
        """The items of a text from Python code: by default those of a file with these lines.

        Args: number, of the text in its stream, from 1: the line in the locations of its items.
        """
        return self.read(Segment("text", text.encode(), number, number - 1), request, problems)

    def size(self, item: Any) -> float:
        """Size of an item, in the unit of `Limits.size`: by default the characters of its `text`."""
        return len(item.text)

    def apply(self, model: Any, chunk: Chunk, request: ApplyRequest) -> Sequence[Any]:
        """The output of each item of a chunk, or a SeqkitError for an item that the model cannot process.

        It depends only on model, chunk and request, and keeps no state: it may run in any process.
        """
        raise self.lacks("application to files")

    def joins(self, request: ApplyRequest) -> bool:
        """Whether a chunk may have items of several files: the output of an item must then depend on no other item.

        Of running text it may depend on the item's document, whose first item has a name (`RawText.document`). Many
        small files are then processed together, which is faster.
        """
        return False

    def formats(self, path: str, request: ApplyRequest) -> tuple[str, ...]:
        """Names of the formats for the outputs of a file, the default first."""
        raise self.lacks("application to files")

    def writer(self, format: str, file: BinaryIO, request: ApplyRequest) -> OutputWriter:
        """A writer of outputs to a file. Raises SeqkitError for options that the format does not support."""
        raise self.lacks("application to files")

    def words(self, item: Any, output: Any) -> int:
        """Number of words of an item, to report speed."""
        return len(item.text.split())

    def items_of(self, doc: Doc) -> Sequence[Any]:
        """The items of a spaCy Doc, for `apply`. Its words are not changed."""
        raise self.lacks("place in spaCy")

    def annotate(self, doc: Doc, outputs: Sequence[Any]) -> None:
        """Store the outputs for the items of a Doc in it."""
        raise self.lacks("place in spaCy")


def task_named(name: str) -> Task:
    """The task of that name. Raises SeqkitError for an unknown name, PluginError for a class that is not a Task."""
    made: Task = class_of(Task, "tasks", name, "seqkit.tasks.Task")()
    return made
