"""A sequence-to-sequence model in numpy; see `seqkit.models.seq2seq` and `seqkit.inference.generation`.

Shapes: B examples, S steps of the memory, N rows of a search, V symbols.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from seqkit.decoding.hypothesis import Hypothesis
from seqkit.decoding.options import DecodingOptions
from seqkit.inference.numpy.decoder import NumpyMemory
from seqkit.inference.numpy.search import Forced, Stepper, beam_search, greedy
from seqkit.inference.outputs import (
    ROWS,
    Output,
    Source,
    longest_outputs,
    loop_limits,
    outputs_for,
    source_batches,
)


class NumpyEncoder(Protocol):
    """The numpy form of a `seqkit.models.modalities.Encoder`: from one modality to a memory.

    Its record names it in `numpy_form`. It is created as `form(options, facts, weights)`, and raises as `NumpyForm`.
    """

    reads_symbols: bool
    """As in the torch form."""

    def lengths(self, inputs: Sequence[Any]) -> list[int]:
        """As in the torch form, like `parts`, `knows`, `labels` and `collate`, whose batches may be of any type."""
        ...

    def parts(self, input: Any) -> list[Any]: ...

    def collate(self, inputs: Sequence[Any], seed: int | None = None) -> Any: ...

    def knows(self, character: str) -> bool: ...

    def labels(self, input: Any) -> list[str]: ...

    def __call__(self, batch: Any) -> NumpyMemory: ...


class NumpyDecoder(Stepper, Protocol):
    """The numpy form of a `seqkit.models.modalities.SymbolDecoder`: from a memory to symbols.

    Its record names it in `numpy_form`. It is created as `form(options, facts, weights, encoders)`, where `encoders`
    maps a modality to its numpy form.
    """

    longest: int
    """As in the torch form, like `joins_parts`, `join` if that is True, and `placeholders`."""
    joins_parts: bool
    placeholders: Sequence[str]

    def start(self, memory: NumpyMemory) -> Any:
        """The state before the first step, with a row for each example."""
        ...

    def read(self, symbols: Sequence[int]) -> Any:
        """The output of these symbols, which do not include `end`."""
        ...

    def symbols(self, target: Any) -> list[int]:
        """The symbols of a target, or of its beginning, without `end`."""
        ...


class NumpyTranslator:
    """One encoder and one decoder. Searches as `seqkit.inference.generation.generate`, but does not sample."""

    def __init__(self, options: Any, facts: Any, name: str, encoder: NumpyEncoder, decoder: Any) -> None:
        """Args: name, of the encoder's modality; decoder, a NumpyDecoder."""
        self.options, self.facts = options, facts
        self.encoders: Mapping[str, NumpyEncoder] = {name: encoder}
        self.decoder = decoder
        self._name, self._encoder = name, encoder

    def source_lengths(self, sources: Sequence[Source]) -> list[int]:
        """Steps of each source."""
        return self._encoder.lengths([source[self._name] for source in sources])

    def collate_sources(self, sources: Sequence[Source]) -> Any:
        """A batch of sources, from the encoder's `collate`."""
        return self._encoder.collate([source[self._name] for source in sources])

    def generate(
        self, sources: Sequence[Source], options: DecodingOptions, prefixes: Sequence[str]
    ) -> list[list[Output]]:
        """The best output for each source, each in a list. Raises SeqkitError for a prefix that cannot be written."""
        steps = self.source_lengths(sources)
        begun = {prefix: self.decoder.symbols(prefix) if prefix else [] for prefix in prefixes}
        outputs: list[list[Output]] = [[] for _ in sources]
        for members in source_batches(steps, max(1, ROWS // options.beam)):
            own = [begun[prefixes[member]] for member in members]
            longest = longest_outputs(self, [steps[member] for member in members], own, options.max_ratio)
            memory = self._encoder(self.collate_sources([sources[member] for member in members]))
            limits = loop_limits(self.decoder, memory.symbols(), options)
            found = self._search(memory, Forced(longest, own, self.decoder.end, limits), options)
            for member, hypothesis in zip(members, found, strict=True):
                outputs[member] = outputs_for(self, [hypothesis], options)
        return outputs

    def _search(self, memory: NumpyMemory, forced: Forced, options: DecodingOptions) -> list[Hypothesis]:
        state = self.decoder.start(memory)
        if options.beam == 1:
            return greedy(self.decoder, state, forced, options.length_penalty)
        return beam_search(self.decoder, state, forced, options.beam, options.length_penalty)
