"""Checks of the facts of encoders and decoders: what the training data determine, and its files."""

from __future__ import annotations

from typing import Any

import torch

from seqkit.errors import SeqkitError
from seqkit.extend.build import build
from seqkit.extend.manager import load
from seqkit.testing.check import Subject, check, expect
from seqkit.testing.files import folder
from seqkit.testing.modalities import D, examples, gathered, options_of, parameters

OWN = {"config.json", "model.safetensors", "README.md", "MANIFEST.json", "languages.json", "training"}
"""Names in a model folder that are seqkit's."""


@check("encoders", "decoders")
def facts_are_gathered(subject: Subject) -> None:
    """`gather` accepts the examples of a training split."""
    expect(gathered(subject, options_of(subject)) is not None, "`gather` gives None")


@check("encoders", "decoders")
def facts_refuse_no_examples(subject: Subject) -> None:
    """`gather` of nothing is an error with a fix."""
    try:
        gathered(subject, options_of(subject), [])
    except SeqkitError as error:
        expect(error.fix, "the error has no fix")
        return
    expect(False, "`gather` accepts a training split without an example")


@check("encoders", "decoders")
def facts_are_gathered_alike(subject: Subject) -> None:
    """Two gatherings of one training split give equal files."""
    options = options_of(subject)
    expect(_files(gathered(subject, options)) == _files(gathered(subject, options)), "the files differ")


@check("encoders", "decoders")
def facts_survive_a_round_trip(subject: Subject) -> None:
    """Facts that are saved and loaded give equal files and a part with equal weights."""
    options = options_of(subject)
    facts = gathered(subject, options)
    with folder() as place:
        facts.save(place)
        again = load(subject.spec.facts).load(place)
    expect(_files(again) == _files(facts), "facts differ after loading")
    more: tuple[Any, ...] = () if subject.kind == "encoders" else (D, (D,), {})
    weights = []
    for one in (facts, again):
        torch.manual_seed(1)
        weights.append(parameters(build(subject.kind, subject.name, options, one, *more)))
    expect(torch.equal(*weights), "a part that is built of loaded facts has other weights")


@check("encoders", "decoders")
def facts_have_names_of_their_own(subject: Subject) -> None:
    """Files of facts do not replace those of seqkit in the folder of the model."""
    taken = {path.split("/")[0] for path in _files(gathered(subject, options_of(subject)))} & OWN
    expect(not taken, f"writes {', '.join(sorted(taken))}")


@check("encoders", "decoders")
def missing_facts_are_reported(subject: Subject) -> None:
    """A model folder without the facts is an error with a fix."""
    if not _files(gathered(subject, options_of(subject))):
        return
    with folder() as place:
        try:
            load(subject.spec.facts).load(place)
        except SeqkitError:
            return
    expect(False, "`load` accepts a folder without the files")


@check("encoders", "decoders")
def examples_are_made_alike(subject: Subject) -> None:
    """The examples follow from their seeds."""
    from seqkit.testing.modalities import bytes_of

    expect(bytes_of(examples(subject)) == bytes_of(examples(subject)), "examples of one seed differ")


def _files(facts: object) -> dict[str, bytes]:
    """The files of facts: path -> content."""
    with folder() as place:
        facts.save(place)  # type: ignore[attr-defined]
        return {
            path.relative_to(place).as_posix(): path.read_bytes()
            for path in place.rglob("*")
            if path.is_file()
        }
