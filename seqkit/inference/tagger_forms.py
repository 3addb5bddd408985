"""The parts of the built-in tagger in the number format of prediction: float32, bfloat16 or int8."""

from __future__ import annotations

from copy import deepcopy
from typing import NamedTuple, cast

import torch
from torch import nn

from seqkit.models.tagger import Tagger
from seqkit.nn.affine import Affine
from seqkit.nn.bfloat16 import usable
from seqkit.nn.embedding import WordEmbedding
from seqkit.nn.heads import SoftmaxHead
from seqkit.nn.int8 import Int8Affine
from seqkit.nn.stack import Int8Layer, Layer, Stack


class TaggerForm(NamedTuple):
    """The parts of a tagger that prediction runs: those of the model in float32, copies in other formats."""

    embedding: WordEmbedding
    network: Stack
    heads: nn.ModuleDict
    """Kind of label -> layer from the network's states to logits."""


def tagger_form(model: Tagger, dtype: str) -> TaggerForm:
    """The parts in a number format. Raises SeqkitError if a layer has no int8 form."""
    if usable(dtype) == "float32":
        return TaggerForm(model.embedding, model.network, model.heads)
    if dtype == "int8":
        heads = {kind: int8_head(cast(SoftmaxHead, head)) for kind, head in model.heads.items()}
        return TaggerForm(int8_embedding(model.embedding), int8_stack(model.network), nn.ModuleDict(heads))
    return TaggerForm(model.embedding, deepcopy(model.network).to(getattr(torch, dtype)), model.heads)


def int8_stack(stack: Stack) -> Stack:
    """A copy with products and z_BTH in int8. Raises SeqkitError if a chain has no int8 form."""
    copy = deepcopy(stack)
    copy.layers = nn.ModuleList(Int8Layer(cast(Layer, layer)) for layer in copy.layers)
    return copy


def int8_embedding(embedding: WordEmbedding) -> WordEmbedding:
    """A copy that reads characters in int8. Raises SeqkitError if their layer has no int8 form."""
    copy = deepcopy(embedding)
    if copy.characters is not None:
        copy.characters.layer = Int8Layer(cast(Layer, copy.characters.layer))
    return copy


def int8_head(head: SoftmaxHead) -> SoftmaxHead:
    """A copy that computes logits from z_BTH in int8."""
    copy = deepcopy(head)
    copy.linear = cast(Affine, Int8Affine(head.linear))
    return copy
