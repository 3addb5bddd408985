"""Records of models and of their parts: recurrences, encoders, decoders."""

from __future__ import annotations

from dataclasses import dataclass

from seqkit.extend.specs.options import NoOptions


@dataclass(frozen=True)
class RecurrenceSpec:
    """A layer z_t = f(x_t, z_{t-1}).

    `layer` names a subclass of `seqkit.nn.recurrent.Recurrence`, created as `layer(input_size, hidden_size)`.
    """

    name: str
    layer: str
    summary: str = ""
    numpy_form: str | None = None
    """A subclass of `seqkit.inference.numpy.forms.NumpyRecurrence`: the layer for prediction without torch."""


@dataclass(frozen=True)
class ModelSpec:
    """A model that `seqkit train NAME` can train.

    `task` is the name of a TaskSpec. `options` is a plain dataclass of defaults; `build` names a function
    `(options, facts) -> Model`, and `facts` a class of properties of the training data (vocabularies, label sets);
    None: that of the TaskSpec.
    """

    name: str
    task: str
    options: type
    build: str
    facts: str | None = None
    summary: str = ""


@dataclass(frozen=True)
class EncoderSpec:
    """An encoder of a modality into a memory that any decoder can read.

    `build` names a subclass of Encoder, or a function `(options, facts) -> Encoder`; `facts` a class of properties of
    the training data, with `gather(pairs, options)`, `save(folder)` and `load(folder)`. `options` is a frozen
    dataclass, whose fields are set like those of the model. `seqkit.models.modalities` has the base class.
    """

    name: str
    build: str
    facts: str
    options: type = NoOptions
    summary: str = ""
    reader: str | None = None
    """`"module:attr"`: `(path, limits) -> input`, if inputs are files; None if they are lines of text."""
    suffixes: tuple[str, ...] = ()
    """Suffixes of the files that it reads."""
    numpy_form: str | None = None
    """The encoder without torch: created as `form(options, facts, weights)`, a
    `seqkit.inference.numpy.translator.NumpyEncoder`."""
    example: str | None = None
    """`"module:attr"`: `(seed) -> input` generates a small input, whose length varies with the seed, with which `seqkit
    plugins check` tests the encoder. None: lines of text."""


@dataclass(frozen=True)
class DecoderSpec:
    """A decoder of a memory into a modality.

    `build` names a function `(options, facts, memory_size, final_sizes, encoders) -> Decoder`, where `encoders` maps
    a modality to the model's encoder for it. `facts` names a class like an encoder's, with
    `gather(pairs, options, encoders)`, where `encoders` maps a modality to that encoder's facts.
    """

    name: str
    build: str
    facts: str
    options: type = NoOptions
    summary: str = ""
    reader: str | None = None
    """Like that of an encoder, for targets in files."""
    writer: str | None = None
    """`"module:attr"`: `(output, path)` writes one output atomically; None if outputs are lines of text."""
    suffixes: tuple[str, ...] = ()
    """Suffixes of the files that it writes, the default first."""
    numpy_form: str | None = None
    """The decoder without torch: created as `form(options, facts, weights, encoders)`, a
    `seqkit.inference.numpy.translator.NumpyDecoder`."""
    example: str | None = None
    """Like that of an encoder, for targets."""


@dataclass(frozen=True)
class PretrainedSpec:
    """A trained model by name. `folder` is `"package:path/inside"`.

    The default of a task and language is the built-in one, else the first by name.
    """

    name: str
    folder: str
    task: str
    language: str
    summary: str = ""
