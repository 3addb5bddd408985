"""Checks of a decoder that generates whole outputs, and of their files."""

from __future__ import annotations

from typing import Any

import torch

from seqkit.extend.manager import load
from seqkit.models.modalities import DrawingDecoder
from seqkit.testing.check import Skipped, Subject, check, expect
from seqkit.testing.files import folder
from seqkit.testing.modalities import bytes_of, decoder_of, examples, expect_same_output, memory, one_of


@check("decoders")
def an_output_for_each_example(subject: Subject) -> None:
    """`generate` returns an output for each seed, of the class of the targets."""
    decoder, targets = _decoder(subject), examples(subject)
    found = _generated(decoder, range(len(targets)))
    expect(len(found) == len(targets), f"{len(found)} outputs for {len(targets)} examples")
    others = {type(one).__name__ for one in found} - {type(targets[0]).__name__}
    expect(not others, f"outputs of the class {', '.join(others)}")


@check("decoders")
def outputs_follow_from_seeds(subject: Subject) -> None:
    """Equal seeds give equal outputs at any temperature."""
    decoder = _decoder(subject)
    for temperature in (0.0, 1.0):
        first, second = (bytes_of(_generated(decoder, (3, 1, 4, 1, 5), temperature)) for _ in range(2))
        expect(first == second, f"two outputs of one seed differ at temperature {temperature}")


@check("decoders")
def outputs_do_not_depend_on_company(subject: Subject) -> None:
    """An example's output follows from its memory and its seed alone."""
    decoder, several = _decoder(subject), memory()
    together = _generated(decoder, (3, 1, 4, 1, 5), 1.0)
    with torch.no_grad():
        (alone,) = decoder.generate(one_of(several, 1), [1], 1.0)
    expect_same_output(alone, together[1], "an output alone")


@check("decoders")
def outputs_can_be_targets(subject: Subject) -> None:
    """Generated outputs can be scored: `collate` accepts them as targets."""
    decoder = _decoder(subject)
    outputs = _generated(decoder, range(len(examples(subject))))
    expect(bool(decoder.loss(memory(), decoder.collate(outputs)).total.isfinite()), "the loss is not finite")


@check("decoders")
def generation_keeps_random_states(subject: Subject) -> None:
    """`generate` draws from its seeds, not from torch's random state."""
    decoder = _decoder(subject)
    before = torch.get_rng_state()
    _generated(decoder, (3, 1, 4, 1, 5), 1.0)
    expect(torch.equal(before, torch.get_rng_state()), "torch's random state changes")


@check("decoders")
def outputs_survive_files(subject: Subject) -> None:
    """An output is equal after it was written and read."""
    spec = subject.spec
    if not (spec.writer and spec.reader):
        raise Skipped("outputs are lines of text, or there is no reader")
    with folder() as place:
        for number, one in enumerate(examples(subject)[:2]):
            path = place / f"output-{number}{spec.suffixes[0]}"
            load(spec.writer)(one, path)
            expect(path.is_file(), f"{path.name} is not written")
            found = load(spec.reader)(path, None)
            expect(type(found) is type(one), f"a {type(found).__name__} is read")
            expect(
                decoder_of(subject).lengths([found]) == decoder_of(subject).lengths([one]),
                "the length changes",
            )


def _generated(decoder: DrawingDecoder, seeds: Any, temperature: float = 0.0) -> list[Any]:
    with torch.no_grad():
        return decoder.generate(memory(), list(seeds), temperature)


def _decoder(subject: Subject) -> DrawingDecoder:
    """The decoder. Raises Skipped if it writes symbols."""
    decoder = decoder_of(subject)
    if not isinstance(decoder, DrawingDecoder):
        raise Skipped("the decoder writes symbols")
    return decoder
