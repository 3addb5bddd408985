"""Generate outputs for sources: batch similar lengths, search or sample, and restore the order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seqkit.decoding.beam import Coverage, beam_search
from seqkit.decoding.greedy import greedy
from seqkit.decoding.hypothesis import Hypothesis
from seqkit.decoding.options import DecodingOptions
from seqkit.decoding.sampling import sample
from seqkit.decoding.steps import Ensemble, Forced, Stepper
from seqkit.errors import SeqkitError
from seqkit.extend.manager import owner_of
from seqkit.inference.outputs import (
    ROWS,
    Output,
    Source,
    longest_outputs,
    loop_limits,
    outputs_for,
    source_batches,
)
from seqkit.models.modalities import DrawingDecoder
from seqkit.models.seq2seq import Seq2Seq
from seqkit.nn.bfloat16 import products_in
from seqkit.nn.placement import device_of
from seqkit.runtime.threads import in_order

DRAWN = 64
"""Maximum number of outputs in a batch of a decoder without symbols: a film needs more memory than a line."""
NUMBERS = 8_000_000
"""Maximum number of values in such a batch, if the decoder declares the size of an output (`output_numbers`)."""


def check_together(models: Sequence[Seq2Seq], names: Sequence[str]) -> None:
    """Raise SeqkitError for models that cannot form an ensemble: their symbols or number formats differ."""
    first = models[0].decoder
    if len(models) > 1 and isinstance(first, DrawingDecoder):
        raise SeqkitError(
            f"{names[0]} writes no symbols, so it cannot be part of an ensemble",
            "Name one model.",
            exit_code=2,
        )
    for model, name in zip(models[1:], names[1:], strict=True):
        same = type(model.decoder) is type(first) and model.decoder.alphabet == first.alphabet
        if not same:
            raise SeqkitError(
                f"{names[0]} and {name} do not write the same symbols, so they cannot form an ensemble",
                "Train them on the same data with the same vocabulary options and another --seed.",
                exit_code=2,
            )
        if model.inference_dtype != models[0].inference_dtype:
            problem = f"{names[0]} computes in {models[0].inference_dtype}, {name} in {model.inference_dtype}"
            raise SeqkitError(problem, "Choose one for all: --inference-dtype float32.", exit_code=2)


@torch.inference_mode()
def generate(
    models: Sequence[Seq2Seq],
    sources: Sequence[Source],
    options: DecodingOptions,
    numbers: Sequence[int] | None = None,
    prefixes: Sequence[str] | None = None,
) -> list[list[Output]]:
    """The outputs for each source, best first, independent of other sources in its batch.

    Args: models, an ensemble if there are several; numbers, of the sources, which determine the samples together with
    the seed (default: from 0); prefixes, forced beginnings of the outputs (default: from the options). Raises
    SeqkitError for a prefix that the models cannot write.
    """
    for model in models:
        model.eval()
    with products_in(models[0].inference_dtype):
        return _generate(models, sources, options, numbers, prefixes)


def _generate(
    models: Sequence[Seq2Seq],
    sources: Sequence[Source],
    options: DecodingOptions,
    numbers: Sequence[int] | None,
    prefixes: Sequence[str] | None,
) -> list[list[Output]]:
    steps = models[0].source_lengths(sources)
    numbers = range(len(sources)) if numbers is None else numbers
    if isinstance(models[0].decoder, DrawingDecoder):
        return _written(models, sources, steps, numbers, options)
    prefixes = [options.prefix] * len(sources) if prefixes is None else prefixes
    begun = {prefix: models[0].decoder.symbols(prefix) if prefix else [] for prefix in prefixes}

    @torch.inference_mode()
    def search(members: list[int]) -> tuple[list[int], list[list[Hypothesis]]]:
        with products_in(models[0].inference_dtype):
            return members, _search(
                models,
                [sources[member] for member in members],
                [steps[member] for member in members],
                [numbers[member] for member in members],
                [begun[prefixes[member]] for member in members],
                options,
            )

    outputs: list[list[Output]] = [[] for _ in sources]
    batches = list(source_batches(steps, max(1, ROWS // (options.draws or options.beam))))
    batches.reverse()  # the longest first, so that no thread begins it when the others have finished
    for members, found in in_order(search, batches) if _is_built_in(models) else map(search, batches):
        for member, hypotheses in zip(members, found, strict=True):
            outputs[member] = outputs_for(models[0], hypotheses, options)
    return outputs


def _is_built_in(models: Sequence[Seq2Seq]) -> bool:
    """Whether all parts are built in: parts of third parties may not be thread-safe."""
    parts = [part for model in models for part in (model.decoder, *model.encoders.values())]
    owners = (owner_of(type(part).__module__) for part in parts)
    return all(owner is None or owner.builtin for owner in owners)


def _written(
    models: Sequence[Seq2Seq],
    sources: Sequence[Source],
    steps: Sequence[int],
    numbers: Sequence[int],
    options: DecodingOptions,
) -> list[list[Output]]:
    """The outputs of a decoder without symbols: one for each source, or all samples."""
    if len(models) > 1 or options.mbr or options.prefix:
        wrong = "several models" if len(models) > 1 else "mbr" if options.mbr else "a prefix"
        raise SeqkitError(f"{wrong}: only for decoders that write symbols", "Leave it out.", exit_code=2)
    outputs: list[list[Output]] = [[] for _ in sources]
    temperature = options.temperature if options.sample else 0.0
    room = NUMBERS // models[0].decoder.output_numbers
    together = max(1, min(DRAWN, room))
    for draw in range(max(options.draws, 1)):
        for members in source_batches(steps, together):
            memory = models[0].read([sources[member] for member in members])
            seeds = [_seed(options.seed, numbers[member], draw) for member in members]
            values = models[0].decoder.generate(memory, seeds, temperature)
            for member, value in zip(members, values, strict=True):
                outputs[member].append(Output(value, 0.0, 0.0))
    return outputs


def _seed(*numbers: int) -> int:
    """Mix several numbers into one seed; similar numbers give very different seeds."""
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


def _search(
    models: Sequence[Seq2Seq],
    sources: Sequence[Source],
    steps: Sequence[int],
    numbers: Sequence[int],
    prefixes: Sequence[list[int]],
    options: DecodingOptions,
) -> list[list[Hypothesis]]:
    decoders = [model.decoder for model in models]
    memories = [model.read(sources) for model in models]
    states = tuple(model.decoder.start(memory) for model, memory in zip(models, memories, strict=True))
    decoder: Stepper = Ensemble(decoders) if len(models) > 1 else decoders[0]
    state = states if len(models) > 1 else states[0]
    longest = longest_outputs(models[0], steps, prefixes, options.max_ratio)
    limits = loop_limits(decoders[0], memories[0].symbols(), options)
    forced = Forced(longest, prefixes, decoder.end, device_of(models[0]), limits)
    if options.draws:
        seeds = [[(options.seed, number, draw) for draw in range(options.draws)] for number in numbers]
        return sample(
            decoder,
            state,
            forced,
            seeds,
            temperature=options.temperature,
            top_p=options.top_p,
            length_penalty=options.length_penalty,
        )
    if options.beam == 1:
        return [[found] for found in greedy(decoder, state, forced, options.length_penalty)]
    # Outputs may be the same text in other symbols: only the best of these is kept.
    n_best = options.beam if options.n_best > 1 else 1
    coverage = _coverage_of(decoders, options.coverage_penalty) if options.coverage_penalty else None
    return beam_search(decoder, state, forced, options.beam, n_best, options.length_penalty, coverage)


def _coverage_of(decoders: Sequence[Any], weight: float) -> Coverage:
    """A function from a state to the weighted penalty; for an ensemble, the mean over its models."""

    def penalty(state: Any) -> Tensor:
        states = state if len(decoders) > 1 else (state,)
        penalties = [decoder.coverage(own) for decoder, own in zip(decoders, states, strict=True)]
        return weight * torch.stack(penalties).mean(0)

    return penalty
