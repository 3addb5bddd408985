"""The recurrent parts of encoders and decoders, as the options of a sequence-to-sequence model describe them."""

from __future__ import annotations

from seqkit.models.options import Seq2SeqOptions
from seqkit.models.recurrences import recurrence_class
from seqkit.nn.decoder import RecurrentDecoder
from seqkit.nn.deep import DeepEncoder


def recurrent_encoder(options: Seq2SeqOptions, input_size: int) -> DeepEncoder:
    """The layers that read x_BTD with D = `input_size`. Raises SeqkitError for a recurrence that no plugin offers."""
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


def recurrent_decoder(
    options: Seq2SeqOptions,
    input_size: int,
    memory_size: int,
    final_sizes: tuple[int, ...],
    output_size: int,
    input_feeding: bool,
) -> RecurrentDecoder:
    """The layers that write. Raises SeqkitError for a recurrence that no plugin offers.

    Args: input_size, of x; memory_size and final_sizes, of what the encoders read; output_size, of o, with attention;
    input_feeding, in place of the option's.
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
