"""Build the recurrent networks of encoders and decoders from the options of a sequence-to-sequence model."""

from __future__ import annotations

from torch import Tensor

from seqkit.models.contracts import Memory
from seqkit.models.options import Seq2SeqOptions
from seqkit.models.recurrences import recurrence_class
from seqkit.nn.decoder import RecurrentDecoder
from seqkit.nn.deep import DeepEncoder
from seqkit.nn.placement import all_real
from seqkit.nn.recurrent import mask_of


def recurrent_encoder(options: Seq2SeqOptions, input_size: int) -> DeepEncoder:
    """The encoder network for x_BTD with D = `input_size`. Raises SeqkitError for an unknown recurrence."""
    return DeepEncoder(
        recurrence_class(options.recurrence),
        input_size,
        options.hidden,
        options.encoder_layers,
        bidirectional=options.bidirectional,
        dropout=options.dropout,
        layer_norm=options.layer_norm,
        residual=options.residual,
    )


def recurrent_memory(network: DeepEncoder, x_BSX: Tensor, lengths_B: Tensor) -> Memory:
    """The memory of steps x, padded on the right."""
    real_BS = mask_of(lengths_B, x_BSX.shape[1])
    mask_BS = None if all_real(real_BS) else real_BS
    z_BSD, final = network(x_BSX, mask_BS)
    return Memory(z_BSD, mask_BS, final)


def recurrent_decoder(
    options: Seq2SeqOptions,
    input_size: int,
    memory_size: int,
    final_sizes: tuple[int, ...],
    output_size: int,
    input_feeding: bool,
) -> RecurrentDecoder:
    """The decoder network. Raises SeqkitError for an unknown recurrence.

    Args: input_size, that of x; memory_size and final_sizes, those of the memory; output_size, that of o, with
    attention; input_feeding, to override the option.
    """
    return RecurrentDecoder(
        recurrence_class(options.recurrence),
        input_size,
        options.hidden,
        options.decoder_layers,
        memory_size,
        final_sizes,
        attention=options.attention,
        output_size=output_size,
        input_feeding=input_feeding,
        dropout=options.dropout,
        layer_norm=options.layer_norm,
        residual=options.residual,
    )
