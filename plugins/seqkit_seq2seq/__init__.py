"""Sequence-to-sequence models (Sutskever et al. 2014; Cho et al. 2014), and the encoder and decoder of text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from seqkit import DecoderSpec, EncoderSpec, ModelSpec, Seq2SeqOptions, hookimpl
from seqkit.config import LARGEST, MOST_PIECES, check_range


@dataclass(frozen=True)
class TextOptions:
    """Options of the text encoder and the text decoder."""

    vocab_size: int = field(default=0, metadata={"unit": "pieces"})
    """Number of SentencePiece pieces (fewer for a small corpus); 0 adapts it to the vocabulary of the corpus."""
    subword: str = "unigram"
    """SentencePiece algorithm: unigram or bpe."""
    joint: bool = True
    """Share one SentencePiece model if both sides are text. With false each side has its own, which reaches the same
    BLEU but cannot copy."""
    sampling: float = field(default=0.0, metadata={"unit": "share"})
    """Share of words whose segmentation is sampled at each training step (Kudo 2018). Multi30k after 15 minutes: 36.8
    BLEU, with 0.1 32.7; after 36 minutes there is no difference."""
    placeholders: bool = False
    """Put placeholders into the vocabulary and learn to copy them: in training they replace numbers, addresses and code
    that both sides of a pair have. `seqkit translate` then carries such parts through the model unchanged."""
    piece_dropout: float = field(default=0.0, metadata={"unit": "share"})
    """Share of the decoder's input pieces that are hidden in training (Bowman et al. 2016), so that it uses the source
    more."""
    embedding_size: int = field(default=256, metadata={"unit": "features"})
    """Size of a piece's vector."""
    tied: bool = True
    """Share the rows of V with the decoder's input vectors (Press & Wolf 2017) and, with a joint vocabulary, with the
    encoder's. Multi30k after 15 minutes, sampling=0.1: 32.7 BLEU, with false 17.0."""
    copy: bool = False
    """Let each output piece be either generated or copied from the attended source pieces (See et al. 2017), so that
    names are preserved; needs attention and joint=true. No cost in time."""
    lexical: bool | None = None
    """Add the vectors of the attended source pieces to the input of V, which improves rare words (Nguyen & Chiang
    2018); needs attention and joint=true. Default: true where it is possible. 10,000 pairs of Tatoeba, 7 minutes: 15.7
    BLEU, without 10.9."""
    byte_fallback: bool | None = None
    """Encode characters that the training text does not have as bytes, with 256 further pieces. Default: the value of
    copy."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
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
        summary="an encoder and a decoder for sequences of any length",
    )


@hookimpl
def seqkit_encoders() -> Iterable[EncoderSpec]:
    """The encoder `text`."""
    yield EncoderSpec(
        "text",
        build="seqkit_seq2seq.encoder:TextEncoder",
        facts="seqkit_seq2seq.vocabulary:SourceText",
        options=TextOptions,
        numpy_form="seqkit_seq2seq.numpy_forms:NumpyTextEncoder",
        summary="a line of text, as SentencePiece pieces",
    )


@hookimpl
def seqkit_decoders() -> Iterable[DecoderSpec]:
    """The decoder `text`."""
    yield DecoderSpec(
        "text",
        build="seqkit_seq2seq.decoder:TextDecoder",
        facts="seqkit_seq2seq.vocabulary:TargetText",
        options=TextOptions,
        numpy_form="seqkit_seq2seq.numpy_forms:NumpyTextDecoder",
        summary="a line of text, piece by piece",
    )
