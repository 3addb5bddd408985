"""Apply models from text to text to files, part by part: read texts, translate them, write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from seqkit.data.files import make_translation_writer
from seqkit.data.items import is_of_text
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, Translation
from seqkit.extend.manager import registry
from seqkit.formats.source_lines import read_sources
from seqkit.formats.translations import rounded_trust
from seqkit.inference.numpy.starting import StartingTranslator
from seqkit.io.limits import within_records
from seqkit.io.segment import first_record
from seqkit.io.text_files import FilePath, suffix_of
from seqkit.tasks.application import ApplyRequest, Chunk, Limits, OutputWriter
from seqkit.tasks.seq2seq.apply import CHUNK, Models, apply_chunk
from seqkit.tasks.seq2seq.command_modalities import source_language
from seqkit.tasks.seq2seq.command_models import default_translator
from seqkit.tasks.seq2seq.doubt import translation_of
from seqkit.tasks.seq2seq.items import source_of
from seqkit.tasks.seq2seq.lines import LineHandling
from seqkit.tasks.seq2seq.options import Seq2SeqApplication
from seqkit.tasks.text_records import FieldWriter, TextItem, cuts_of_texts, field_formats, read_texts

PARTS = Limits(records=CHUNK, size=1 << 20)
NOT_CUT = (".tsv",)
"""Files whose first line may name columns."""


def cuts_of(path: str, request: ApplyRequest) -> str:
    """Where a file may be divided."""
    if request.reading.text_field:
        return cuts_of_texts(path, request.reading)
    return "whole" if suffix_of(path) in NOT_CUT else "lines"


def read_items(path: FilePath, request: ApplyRequest, problems: RecordErrors) -> Iterator[TextItem]:
    """The text of each record, or each line, also empty ones."""
    if request.reading.text_field:
        yield from read_texts(path, request.reading, problems)
        return
    if suffix_of(path) in (".parquet", ".csv"):
        raise SeqkitError(
            f"{path}: the field of the text is not given", "Name it: --text-field.", exit_code=2
        )
    lines = within_records(path, read_sources(path, problems, source_language(request.model)))
    for number, line in enumerate(lines, first_record(path)):
        yield TextItem(line.text, number, line.where)


def reads_and_writes(models: Models) -> tuple[list[str], str]:
    """Names of the encoders and of the decoder."""
    if isinstance(models, StartingTranslator):
        return list(models.encoders), models.decoder_name
    return list(models[0].encoders), str(models[0].options.decoder)


def check_of_text(models: Models, name: str) -> None:
    """Raise SeqkitError for a model that does not turn one text into another."""
    encoders, decoder = reads_and_writes(models)
    if not is_of_text(encoders, decoder):
        problem = f"{name}: reads {', '.join(encoders)} and writes {decoder}"
        raise SeqkitError(problem, "Choose a model that turns text into text.", exit_code=2)


def translate_chunk(models: Models, chunk: Chunk, request: ApplyRequest) -> list[Any]:
    """The outputs of each item, the best first; a SeqkitError for an item that the models cannot process.

    Outputs of text are translations, others are the decoder's.
    """
    encoders, decoder = reads_and_writes(models)
    found = apply_chunk(
        models,
        [source_of(item, encoders[0]) for item in chunk.items],
        request.options.decoding(),
        [item.number for item in chunk.items],
        handling_of(request),
    )
    if registry().find("decoders", decoder).writer is not None:
        return list(found)
    return [own if isinstance(own, SeqkitError) else list(map(translation_of, own)) for own in found]


def handling_of(request: ApplyRequest) -> LineHandling:
    """The handling of lines for a request."""
    options = request.options
    return LineHandling(
        options.split, options.protect, options.segmenter, request.model or default_translator()
    )


def formats_for(path: str, request: ApplyRequest) -> tuple[str, ...]:
    """Formats of records if texts are fields, else of translations, the default first.

    With `agreement` the formats of translations are those with scores.
    """
    if request.reading.text_field:
        return field_formats(path, request.reading)
    specs = [one.spec for one in registry().all("formats") if one.spec.translations and one.spec.join]
    if request.options.agreement:
        return tuple(dict.fromkeys(("tsv", *(spec.name for spec in specs if "scores" in spec.shows))))
    return tuple(dict.fromkeys(("text", *(spec.name for spec in specs))))


def writer_for(format: str, file: BinaryIO, request: ApplyRequest) -> OutputWriter:
    """A writer of records with the translation as another field, or of translations."""
    if request.reading.text_field:
        return AddedField(format, file, request.options)
    spec = registry().find("formats", format)
    return LineWriter(make_translation_writer(spec, file, request.options.n_best))


class LineWriter:
    """Writes the translations of one line after the other."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def write(self, number: int, item: TextItem, output: Sequence[Translation]) -> int:
        """Write the translations of a line."""
        self._writer.write(item.number + 1, item.text, output)
        return 1

    def close(self) -> None:
        """Write what belongs at the end."""
        self._writer.close()


def record_format(format: str, out: Path | None, source: str) -> str:
    """The format of records that are written: the one named, by the output's suffix, else the input's."""
    from seqkit.formats.field_writers import WRITERS

    by_suffix = suffix_of(out).removeprefix(".") if out is not None else ""
    chosen = format or by_suffix or suffix_of(source).removeprefix(".")
    if chosen not in WRITERS:
        problem = f"the format {chosen} has no place for the fields of records"
        raise SeqkitError(problem, f"Choose one of {', '.join(WRITERS)}.", exit_code=2)
    return chosen


class AddedField:
    """Writes records with another field: the translation, or a list of translations, and one for their agreement."""

    def __init__(self, format: str, file: BinaryIO, options: Seq2SeqApplication) -> None:
        self._writer = FieldWriter(format, file)
        self._options = options

    def write(self, number: int, item: TextItem, output: Sequence[Translation]) -> int:
        """Write one record; for an empty text the fields are empty."""
        into = self._options.into
        fields = {into: self._value([translation.text for translation in output], "")}
        if self._options.agreement:
            shares = [rounded_trust(translation.agreement) for translation in output]
            fields[f"{into}_agreement"] = self._value(shares, None)
        return self._writer.write(number, item, fields)

    def _value(self, values: list[Any], empty: Any) -> Any:
        """All values if several outputs were requested, else the first one."""
        return values if self._options.n_best > 1 else next(iter(values), empty)

    def close(self) -> None:
        """Write what belongs at the end."""
        self._writer.close()
