"""Small models of several modalities, for tests."""

from __future__ import annotations

from dataclasses import replace

import torch

from seqkit.extend.manager import load, registry
from seqkit.models.options import options_class

SMALL = {
    "hidden": 16,
    "embedding_size": 12,
    "vocab_size": 60,
    "dropout": 0.0,
    "sampling": 0.0,
}


def untrained(pairs, **options):
    """A seeded sequence-to-sequence model of these pairs."""
    spec = registry().find("models", "seq2seq")
    given = {"encoder": "text", "decoder": "text", **options}
    known = {field for field in options_class(spec, given).__dataclass_fields__}
    given = {**{name: value for name, value in SMALL.items() if name in known}, **given}
    chosen = replace(options_class(spec, given)(), **given)
    torch.manual_seed(7)
    return load(spec.build)(chosen, load(spec.facts).gather(pairs, chosen, "xx", "xx")).eval()


def padding_changes(encoder, inputs):
    """The largest difference between an input read alone and in a batch, over states and final state."""
    together = encoder(encoder.collate(inputs))
    worst = 0.0
    for row, one in enumerate(inputs):
        alone = encoder(encoder.collate([one]))
        steps = alone.states_BSD.shape[1]
        assert encoder.lengths([one])[0] == len(encoder.labels(one))
        assert steps == encoder.states_a_label * len(encoder.labels(one))
        worst = max(worst, (together.states_BSD[row, :steps] - alone.states_BSD[0]).abs().max().item())
        for ours, theirs in zip(together.final, alone.final, strict=True):
            worst = max(worst, (ours[row] - theirs[0]).abs().max().item())
    return worst
