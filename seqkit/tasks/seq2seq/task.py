"""The task `seq2seq`: one sequence is turned into another, of any length. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from seqkit.examples import RecordErrors
from seqkit.io.text_files import FilePath
from seqkit.runtime.allocator import SEARCH
from seqkit.tasks.application import ApplyRequest, Chunk, OutputWriter
from seqkit.tasks.contract import EvaluationRequest, Task
from seqkit.tasks.seq2seq.application import (
    PARTS,
    check_of_text,
    cuts_of,
    formats_for,
    read_items,
    translate_chunk,
    writer_for,
)
from seqkit.tasks.seq2seq.apply import LIMITS, Models, size_of
from seqkit.tasks.seq2seq.command_models import default_translator
from seqkit.tasks.seq2seq.items import Item, MediaItem
from seqkit.tasks.seq2seq.loading import text_models

if TYPE_CHECKING:
    from seqkit.evaluation.report import Report
    from seqkit.tasks.inspecting import InspectionRequest, Subject
    from seqkit.training.reporter import Reporter
    from seqkit.training.request import TrainingRequest
    from seqkit.training.trainable import Prepared


class Seq2SeqTask(Task):
    """An encoder reads, a decoder writes; lengths are free."""

    name = "seq2seq"
    allocation = SEARCH

    def prepare(self, request: TrainingRequest, reporter: Reporter) -> Prepared:
        """Read the pairs and make the model."""
        from seqkit.tasks.seq2seq.preparing import prepare_seq2seq

        return prepare_seq2seq(request, reporter)

    def evaluate(self, request: EvaluationRequest) -> Report:
        """Scores of text, or of media that were written."""
        from seqkit.tasks.seq2seq.evaluate import evaluate_seq2seq

        return evaluate_seq2seq(request)

    def subject(self, request: InspectionRequest) -> Subject:
        """The model and pairs to inspect."""
        from seqkit.tasks.seq2seq.inspecting import seq2seq_subject

        return seq2seq_subject(request)

    limits = LIMITS
    parts = PARTS

    def default_model(self, request: ApplyRequest) -> str:
        """The shipped model, `de-en` where there is one."""
        return default_translator()

    def load_for(self, request: ApplyRequest) -> Models:
        """A model that turns text into text, alone in a list. Raises SeqkitError for one of other modalities."""
        models = [self.load(request.model, request.inference_dtype)]
        check_of_text(models, request.model)
        return models

    def load_for_stream(self, request: ApplyRequest) -> Models:
        """The model in numpy, which is loaded in torch where the stream is long."""
        return text_models(request.model, request.inference_dtype)

    def size(self, item: Item) -> float:
        """In characters of text."""
        return size_of(item.source) if isinstance(item, MediaItem) else len(item.text)

    def words(self, item: Item, output: Any) -> int:
        """Of a text; a source of another modality counts as one."""
        return 1 if isinstance(item, MediaItem) else len(item.text.split())

    def cuts(self, path: str, request: ApplyRequest) -> str:
        """Lines, or the records whose field is the text."""
        return cuts_of(path, request)

    def read(self, path: FilePath, request: ApplyRequest, problems: RecordErrors) -> Iterator[Any]:
        """The texts of lines or records."""
        return read_items(path, request, problems)

    def apply(self, model: Models, chunk: Chunk, request: ApplyRequest) -> list[Any]:
        """The outputs for each item, the best first."""
        return translate_chunk(model, chunk, request)

    def formats(self, path: str, request: ApplyRequest) -> tuple[str, ...]:
        """Formats of translations, or of records with the translation as one more field."""
        return formats_for(path, request)

    def writer(self, format: str, file: BinaryIO, request: ApplyRequest) -> OutputWriter:
        """A writer of translations, or of records."""
        return writer_for(format, file, request)
