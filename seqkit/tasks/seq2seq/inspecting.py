"""What `seqkit inspect` looks into: an encoder, a decoder and pairs.

Shapes: B pairs, S source steps, T target steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from seqkit.data.items import cell_reader, read_media_pairs, reads_items
from seqkit.data.pair_sides import sides_of
from seqkit.data.pairs import read_pairs
from seqkit.decoding.options import DecodingOptions
from seqkit.errors import SeqkitError
from seqkit.evaluation.attention import alignment
from seqkit.examples import Pair, RecordErrors
from seqkit.extend.manager import registry
from seqkit.inference.generation import generate
from seqkit.media import Limits
from seqkit.models.artifact import load_for
from seqkit.models.modalities import SymbolDecoder
from seqkit.models.seq2seq import Seq2SeqBatch
from seqkit.nn.deep import DeepEncoder
from seqkit.nn.recurrent import Recurrence
from seqkit.tasks.inspecting import InspectionRequest, Steps, Subject, check_steps, text_of


class Seq2SeqSubject(Subject):
    """A model and pairs."""

    reads_then_writes = True

    def __init__(self, model: Any, pairs: Sequence[Pair]) -> None:
        self.model, self.pairs = model, list(pairs)
        self._lengths = model.lengths(self.pairs).tolist() if self.pairs else []

    def __len__(self) -> int:
        return len(self.pairs)

    def steps(self, index: int) -> Steps:
        return Steps(*self._lengths[index])

    def collate(self, indices: Sequence[int]) -> Seq2SeqBatch:
        batch: Seq2SeqBatch = self.model.collate([self.pairs[index] for index in indices])
        return batch

    def step_losses(self, batch: Seq2SeqBatch) -> Tensor:
        losses_BT: Tensor | None
        losses_BT = self.model.decoder.step_losses(self.model.encode(batch.sources), batch.target)
        if losses_BT is None:
            raise self.lacks(f"losses of single steps: its decoder for {self.model.options.decoder} has none")
        return losses_BT

    def entries(self) -> list[str]:
        """The recurrent part of each encoder, else the recurrent layers in it."""
        found = []
        for name, encoder in self.model.encoders.items():
            parts = [
                f"encoders.{name}.{own}"
                for own, part in encoder.named_modules()
                if isinstance(part, DeepEncoder)
            ]
            found += parts[:1] or _outermost(f"encoders.{name}", encoder)
        return found

    def scores(self, batch: Seq2SeqBatch) -> Tensor:
        return self._symbols("scores").step_scores(self.model.encode(batch.sources), batch.target)

    def names(self) -> list[str]:
        return self._symbols("names").symbol_names()

    def _symbols(self, what: str) -> SymbolDecoder:
        """The decoder. Raises SeqkitError if it writes no symbols. Args: what, the property that is needed."""
        decoder = self.model.decoder
        if not isinstance(decoder, SymbolDecoder):
            raise self.lacks(f"{what} of symbols: its decoder for {self.model.options.decoder} writes none")
        return decoder

    def chosen(self, index: int) -> list[int]:
        decoder = self.model.decoder
        return [*decoder.symbols(self.pairs[index].target), decoder.end]

    def output_matrices(self) -> dict[str, Tensor]:
        decoder = self.model.decoder
        return {"V": decoder.V} if isinstance(decoder, SymbolDecoder) and decoder.V is not None else {}

    def input_names(self, index: int) -> list[str]:
        sources = self.pairs[index].sources
        found = []
        for name, encoder in self.model.encoders.items():
            found += [label for label in encoder.labels(sources[name]) for _ in range(encoder.states_a_label)]
        return found

    def output_names(self, index: int) -> list[str]:
        names: list[str] = self.model.decoder.labels(self.pairs[index].target)
        return names

    def attention(self, index: int) -> Any:
        if self.model.options.attention == "none":
            return None
        pair = self.pairs[index]
        return alignment(self.model, pair.sources, pair.target).weights_TS


def _outermost(prefix: str, module: nn.Module) -> list[str]:
    return [f"{prefix}.{own}" for own, part in module.named_modules() if isinstance(part, Recurrence)][:1]


def seq2seq_subject(request: InspectionRequest) -> Seq2SeqSubject:
    """The model of a request and its pairs. Raises SeqkitError for data that the model does not read."""
    model = load_for("seq2seq", request.model)
    if request.text:
        return Seq2SeqSubject(model, [_of_text(request, model)])
    pairs = []
    for pair in _pairs(request, model):
        pairs.append(pair)
        if len(pairs) >= request.examples:
            break
    return Seq2SeqSubject(model, pairs)


def _pairs(request: InspectionRequest, model: Any) -> Any:
    encoders, decoder = list(model.encoders), model.options.decoder
    problems = RecordErrors(skip=request.skip_bad)
    if reads_items(request.source, encoders, decoder):
        return read_media_pairs(request.source, request.split, encoders, decoder, problems, Limits())
    own = model.facts
    source, target = sides_of(request.source, own.source_language, own.target_language)
    return read_pairs(
        request.source, request.split, source, target, problems, encoder=encoders[0], decoder=decoder
    )


def _of_text(request: InspectionRequest, model: Any) -> Pair:
    """One source (a line, or a file's name) and its target: the one given, else what the model writes."""
    if len(model.encoders) > 1:
        fix = "Give a table with a column for each: --corpus FILE.tsv."
        raise SeqkitError("--text: the model reads several inputs at once", fix, exit_code=2)
    (name,) = model.encoders
    spec = registry().find("encoders", name)
    read = cell_reader(spec, Limits())
    source = {name: read(request.text if spec.reader else text_of(request))}
    # Before the search: it may write three times as many steps, one by one.
    check_steps(model.source_lengths([source])[0], "--text: example 1")
    if request.target:
        read = cell_reader(registry().find("decoders", model.options.decoder), Limits())
        return Pair(source, read(request.target))
    found = generate([model], [source], DecodingOptions())[0]
    if not found:
        raise SeqkitError("--text: the model writes nothing for it", "Give a text with words.")
    return Pair(source, found[0].value)
