"""Small encoders and decoders with random weights, built from the examples that their records name.

Shapes: B examples, S steps of a memory, D features of a step.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from multiprocessing.reduction import ForkingPickler
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from seqkit.examples import Pair
from seqkit.extend.build import build_as
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import ModelSpec
from seqkit.models.contracts import Memory
from seqkit.models.modalities import Decoder, Encoder
from seqkit.models.options import options_class, parts_of_options
from seqkit.testing.check import Skipped, Subject, expect
from seqkit.testing.layers import generator

SMALL = {"hidden": 16, "dropout": 0.0, "embedding_size": 12, "vocab_size": 60, "sampling": 0.0}
"""Options for the checks, of those that a model has."""
TEXTS = (
    "the dog sees a cat",
    "cats",
    "a small dog barks loudly at the cat",
    "the cat sleeps",
    "dogs see cats",
)
COUNT = len(TEXTS)
S, D = 6, 8


def examples(subject: Subject) -> list[Any]:
    """Inputs of an encoder, or targets of a decoder: those of the record, or lines of text."""
    if subject.spec.example is None:
        return list(TEXTS)
    make = load(subject.spec.example)
    return [make(seed) for seed in range(COUNT)]


def options_of(subject: Subject) -> Any:
    """Small options of a model with this encoder or decoder."""
    side = subject.kind.removesuffix("s")
    spec = joining_model()
    # A decoder without options can be joined with any encoder.
    other = {"encoder": subject.name, "decoder": "text"} if side == "encoder" else {"encoder": "text"}
    chosen = other | {side: subject.name}
    kind = options_class(spec, chosen)
    small = {
        name: value for name, value in SMALL.items() if name in {f.name for f in dataclasses.fields(kind)}
    }
    return dataclasses.replace(kind(), **small, **chosen)


def joining_model() -> ModelSpec:
    """The record of a model that joins an encoder and a decoder by name: the built-in one, if there is one."""
    joining = [
        one
        for one in registry().all("models")
        if {"encoder", "decoder"} <= set(parts_of_options(one.spec.options))
    ]
    if not joining:
        raise Skipped("no model that joins an encoder and a decoder is installed")
    spec: ModelSpec = min(joining, key=lambda one: not one.builtin).spec
    return spec


def encoder_of(subject: Subject, seed: int = 3) -> Encoder:
    """A seeded encoder of the examples, in evaluation."""
    options = options_of(subject)
    facts = subject.once("facts", lambda: gathered(subject, options))
    torch.manual_seed(seed)
    made: Encoder = build_as(Encoder, "encoders", subject.name, options, facts)
    return made.eval()


def decoder_of(subject: Subject, seed: int = 3) -> Any:
    """A seeded decoder of the examples, in evaluation, for memories of `memory`."""
    options = options_of(subject)
    facts = subject.once("facts", lambda: gathered(subject, options))
    torch.manual_seed(seed)
    made: Decoder = build_as(Decoder, "decoders", subject.name, options, facts, D, (D,), {})
    return made.eval()


def gathered(subject: Subject, options: Any, pairs: Sequence[Pair] | None = None) -> Any:
    """The facts of the examples."""
    facts = load(subject.spec.facts)
    if subject.kind == "encoders":
        own = [Pair({subject.name: one}, text) for one, text in zip(examples(subject), TEXTS, strict=True)]
        return facts.gather(own if pairs is None else pairs, options)
    own = [Pair({"text": text}, one) for one, text in zip(examples(subject), TEXTS, strict=True)]
    return facts.gather(own if pairs is None else pairs, options, {})


def memory(rows: int = COUNT) -> Memory:
    """Random memories; example i is the same in a batch of any size."""
    states_BSD = torch.randn(COUNT, S, D, generator=generator())[:rows]
    mask_BS = torch.arange(S) < torch.tensor([6, 2, 6, 3, 1])[:rows, None]
    last_B = mask_BS.sum(1) - 1
    return Memory(states_BSD, mask_BS, (states_BSD[torch.arange(rows), last_B],))


def one_of(given: Memory, row: int) -> Memory:
    """The memory of one example, without its padding."""
    assert given.mask_BS is not None
    steps = int(given.mask_BS[row].sum())
    final = tuple(part[row : row + 1] for part in given.final)
    return Memory(given.states_BSD[row : row + 1, :steps], None, final)


def tensors_in(value: Any) -> list[Tensor]:
    """The tensors in a batch of any structure."""
    if isinstance(value, Tensor):
        return [value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [one for field in dataclasses.fields(value) for one in tensors_in(getattr(value, field.name))]
    if isinstance(value, Mapping):
        return [one for part in value.values() for one in tensors_in(part)]
    if isinstance(value, list | tuple):
        return [one for part in value for one in tensors_in(part)]
    return []


def expect_equal_batches(first: Any, second: Any, what: str) -> None:
    """Raise CheckFailed if two batches differ in any tensor."""
    pairs = list(zip(tensors_in(first), tensors_in(second), strict=True))
    expect(pairs, "the batch holds no tensors")
    expect(all(torch.equal(ours, theirs) for ours, theirs in pairs), what)


def bytes_of(value: Any) -> bytes:
    """The pickled value, for comparison."""
    return bytes(ForkingPickler.dumps(value))


def parameters(module: nn.Module) -> Tensor:
    """All parameters, in a row."""
    return torch.cat([parameter.detach().flatten() for parameter in module.parameters()])


def expect_same_output(found: Any, given: Any, what: str) -> None:
    """Raise CheckFailed if two outputs of a decoder differ: text, arrays, or records of arrays."""
    if dataclasses.is_dataclass(given) and not isinstance(given, type):
        for field in dataclasses.fields(given):
            expect_same_output(
                getattr(found, field.name), getattr(given, field.name), f"{what}, {field.name}"
            )
    elif isinstance(given, np.ndarray):
        expect(found.shape == given.shape and np.allclose(found, given, atol=1e-5), f"{what}: another array")
    else:
        expect(found == given, f"{what}: {found!r}, not {given!r}")
