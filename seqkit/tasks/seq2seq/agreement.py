"""Agreement of outputs with samples from the model (Fomicheva et al. 2020): doubt that costs drawing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from statistics import mean

from seqkit.decoding.mbr import utility_of
from seqkit.decoding.options import DecodingOptions
from seqkit.inference.outputs import Output


def sampling_of(options: DecodingOptions) -> DecodingOptions:
    """The options that draw the samples."""
    count = options.agreement
    return dataclasses.replace(options, agreement=0, sample=True, n_best=count, beam=count)


def with_agreement(outputs: Sequence[list[Output]], samples: Sequence[list[Output]]) -> list[list[Output]]:
    """The outputs of each source with the mean chrF2 of its samples against them, from 0 to 1."""
    chrf = utility_of("chrf")

    def agreement(output: Output, own: Sequence[Output]) -> float:
        return mean(chrf(str(sample.value), str(output.value)) for sample in own) / 100

    return [
        [output._replace(agreement=agreement(output, drawn)) for output in own] if drawn else own
        for own, drawn in zip(outputs, samples, strict=True)
    ]
