"""The options of sequence-to-sequence models. Imports no torch, so that listing models stays fast."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Literal

from seqkit.config import DEEPEST, LARGEST, check_range
from seqkit.errors import SeqkitError
from seqkit.extend.manager import registry
from seqkit.extend.specs import ModelSpec
from seqkit.models.contracts import ModelOptions


@dataclass(frozen=True)
class Seq2SeqOptions(ModelOptions):
    """Options of every sequence-to-sequence model. Encoders and decoders add theirs."""

    PARTS: ClassVar[Mapping[str, str]] = {
        "recurrence": "recurrences",
        "encoder": "encoders",
        "decoder": "decoders",
    }

    encoder: str = "text"
    """Encoder of the source; several, separated by commas, read several inputs."""
    decoder: str = "text"
    """Decoder of the target."""
    recurrence: str = "lstm"
    """Registered recurrence of encoder and decoder. lstm and gru are alike, sru a little behind, rnn far."""
    hidden: int = field(default=384, metadata={"unit": "features"})
    """Size of z; in a bidirectional encoder, of both directions together."""
    encoder_layers: int = field(default=1, metadata={"unit": "layers"})
    """Depth of the encoder; a second layer learns slower, and gains nothing in trainings of minutes."""
    decoder_layers: int = field(default=1, metadata={"unit": "layers"})
    """Depth of the decoder."""
    bidirectional: bool = True
    """Whether the encoder is bidirectional. Multi30k after 15 minutes, sampling=0.1: 32.7 BLEU, with
    false 27.6."""
    attention: Literal["none", "dot", "general", "additive"] = "dot"
    """Attention score: dot or general (Luong et al. 2015), additive (Bahdanau et al. 2015), or none, with which the
    decoder reads the final state only. dot begins to translate soonest."""
    input_feeding: bool = False
    """Feed the attentional state into the next step (Luong et al. 2015, section 3.3); training is slower."""
    layer_norm: bool = False
    """Normalise the states of each layer (Ba et al. 2016). Multi30k after 15 minutes, sampling=0.1: 32.7 BLEU,
    with true 27.8."""
    residual: bool = False
    """Add the input of a layer to its output if the sizes are equal (He et al. 2016)."""
    inference_dtype: Literal["float32", "bfloat16"] = "float32"
    """Number format of matrix products when translating; bfloat16 is faster on processors with AMX or AVX512-BF16."""
    dropout: float = field(default=0.3, metadata={"unit": "share"})
    """Dropout of inputs, states and attentional states, one mask for each sentence (variational)."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 1, LARGEST, "hidden")
        check_range(self, 1, DEEPEST, "encoder_layers", "decoder_layers")
        check_range(self, 0, 0.99, "dropout")
        if self.bidirectional and self.hidden % 2:
            raise SeqkitError(
                f"option hidden={self.hidden} is odd", "Half of it is each direction's.", exit_code=2
            )
        if self.input_feeding and self.attention == "none":
            raise SeqkitError(
                "input_feeding=true needs attention", "Choose one: --set attention=dot.", exit_code=2
            )


def names_in(several: str) -> list[str]:
    """The encoders in the option `encoder`."""
    return [name.strip() for name in several.split(",") if name.strip()]


def options_class(spec: ModelSpec, values: Mapping[str, Any]) -> type:
    """The options of a model: its own, and those of its encoders and its decoder.

    Args: values, given options, of which `encoder` and `decoder` are used.
    Raises SeqkitError for an unknown encoder or decoder.
    """
    chosen = {field.name: field.default for field in dataclasses.fields(spec.options)} | dict(values)
    if not {"encoder", "decoder"} <= set(parts_of_options(spec.options)):
        return spec.options
    host = registry()
    encoders = names_in(str(chosen["encoder"]))
    if not encoders:
        known = ", ".join(registered.spec.name for registered in host.all("encoders"))
        raise SeqkitError("option encoder='': names none", f"Known: {known}.", exit_code=2)
    parts = [host.find("encoders", name).options for name in encoders]
    parts.append(host.find("decoders", str(chosen["decoder"])).options)
    return _joined(spec.options, tuple(dict.fromkeys(parts)))


def parts_of_options(options: type) -> Mapping[str, str]:
    """Option -> kind of the records that it names."""
    return options.PARTS if issubclass(options, ModelOptions) else ModelOptions.PARTS


@cache
def _joined(own: type, parts: tuple[type, ...]) -> type:
    """A dataclass with the fields of several. Raises SeqkitError if two have a field of one name."""
    owners: dict[str, type] = {}
    for part in (own, *parts):
        for one in dataclasses.fields(part):
            if one.name in owners:
                raise SeqkitError(
                    f"the option '{one.name}' belongs to {owners[one.name].__name__} and {part.__name__}",
                    "These encoders and decoders cannot be used together; tell the author of the plugin.",
                )
            owners[one.name] = part

    def check(self: Any) -> None:
        for part in (own, *parts):
            if hasattr(part, "__post_init__"):
                part.__post_init__(self)

    return dataclasses.make_dataclass(
        own.__name__, [], bases=(own, *parts), namespace={"__post_init__": check}, frozen=True
    )
