"""Sequence to sequence (Sutskever et al. 2014; Cho et al. 2014): the model, and text in and text out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from seqkit import DecoderSpec, EncoderSpec, ModelSpec, Seq2SeqOptions, hookimpl
from seqkit.config import LARGEST, MOST_PIECES, check_range


@dataclass(frozen=True)
class TextOptions:
    """Options of the text encoder and the text decoder."""

    vocab_size: int = field(default=0, metadata={"unit": "pieces"})
    """Number of SentencePiece pieces (fewer where the corpus does not give as many); 0 adapts to its vocabulary."""
    subword: str = "unigram"
    """SentencePiece algorithm: unigram or bpe."""
    joint: bool = True
    """One SentencePiece model learnt from both sides, where both are text; else one for each."""
    sampling: float = field(default=0.1, metadata={"unit": "share"})
    """Share of words whose segmentation is sampled at each training step (Kudo 2018)."""
    piece_dropout: float = field(default=0.0, metadata={"unit": "share"})
    """In training, share of the pieces already written that the decoder is not told (Bowman et al. 2016): it then leans
    more on the source, less on outputs that it knows."""
    embedding_size: int = field(default=256, metadata={"unit": "features"})
    """Size of a piece's vector."""
    tied: bool = True
    """The decoder's V has its input embedding's vectors as rows (Press & Wolf 2017), and so has a joint encoder's
    embedding."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value that no network can be made of."""
        check_range(self, 1, LARGEST, "embedding_size")
        check_range(self, 0, MOST_PIECES, "vocab_size")
        check_range(self, 0, 1, "sampling", "piece_dropout")


@hookimpl
def seqkit_models() -> Iterable[ModelSpec]:
    """The model `seq2seq`."""
    yield ModelSpec(
        "seq2seq",
        task="seq2seq",
        options=Seq2SeqOptions,
        build="seqkit.models.seq2seq:build",
        facts="seqkit.models.seq2seq_facts:Seq2SeqFacts",
        summary="an encoder reads, a decoder writes: any length in, any length out",
    )


@hookimpl
def seqkit_encoders() -> Iterable[EncoderSpec]:
    """Text in."""
    yield EncoderSpec(
        "text",
        build="seqkit_seq2seq.encoder:TextEncoder",
        facts="seqkit_seq2seq.vocabulary:SourceText",
        options=TextOptions,
        numpy_form="seqkit_seq2seq.numpy_forms:NumpyTextEncoder",
        summary="a line of text, in SentencePiece pieces",
    )


@hookimpl
def seqkit_decoders() -> Iterable[DecoderSpec]:
    """Text out."""
    yield DecoderSpec(
        "text",
        build="seqkit_seq2seq.decoder:TextDecoder",
        facts="seqkit_seq2seq.vocabulary:TargetText",
        options=TextOptions,
        numpy_form="seqkit_seq2seq.numpy_forms:NumpyTextDecoder",
        summary="a line of text, piece by piece",
    )
