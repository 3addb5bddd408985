"""Checks of every kind: the record, its name, its references and its options."""

from __future__ import annotations

import copy
from dataclasses import MISSING, asdict, fields, is_dataclass
from multiprocessing.reduction import ForkingPickler
from typing import Any

from seqkit.config import fill
from seqkit.extend.checks import fault_of_record, references_of
from seqkit.extend.manager import load, registry
from seqkit.extend.registry import KINDS, Registered
from seqkit.extend.specs import NoOptions
from seqkit.option_fields import option_fields
from seqkit.testing.check import Skipped, Subject, check, expect

WITH_OPTIONS = [
    kind for kind, (record, _) in KINDS.items() if "options" in vars(record)["__dataclass_fields__"]
]
"""Kinds whose records have options."""


@check("", quick=True)
def record_is_valid(subject: Subject) -> None:
    """The record is of the class of its hook, and every field has a value of its type."""
    fault = fault_of_record(subject.spec, KINDS[subject.kind][0])
    expect(not fault, f"the hook yields {fault}")


@check("", quick=True)
def plugin_has_no_fault(subject: Subject) -> None:
    """The plugin has no fault, such as a name in use, a misspelt hook, or a change of the process's state."""
    own = subject.registered
    faults = [f.reason for f in registry().failures if (f.plugin, f.distribution) == _identity(own)]
    expect(not faults, "; ".join(faults))


@check("")
def name_is_free(subject: Subject) -> None:
    """No other plugin has the name."""
    spec = registry().find(subject.kind, subject.name)
    expect(spec == subject.spec, f"'{subject.name}' belongs to another plugin")


@check("")
def record_has_a_summary(subject: Subject) -> None:
    """The record has a summary for lists."""
    if not subject.spec.summary:
        raise Skipped("the record has no summary: lists show nothing about it")
    expect("\n" not in subject.spec.summary, "the summary has several lines")


@check("", quick=True)
def references_resolve(subject: Subject) -> None:
    """Everything that the record names can be imported."""
    for name, reference in _references(subject):
        expect(load(reference) is not None, f"{name}: {reference} is None")


@check("", quick=True)
def references_can_be_called(subject: Subject) -> None:
    """What the record names are classes and functions."""
    for name, reference in _references(subject):
        if name not in ("codec", "example"):
            expect(callable(load(reference)), f"{name}: {reference} cannot be called")


@check("")
def record_cannot_be_changed(subject: Subject) -> None:
    """The record is frozen."""
    try:
        subject.spec.name = "other"
    except AttributeError:
        return
    expect(False, "the record can be changed")


@check("")
def record_survives_copying(subject: Subject) -> None:
    """A copy of the record equals it, so that it can be compared."""
    expect(copy.copy(subject.spec) == subject.spec, "a copy differs")


@check("")
def record_reaches_workers(subject: Subject) -> None:
    """The record is equal after it was pickled for a worker process."""
    sent = ForkingPickler.dumps(subject.spec)
    expect(ForkingPickler.loads(sent) == subject.spec, "a worker process gets another record")


@check("")
def distribution_has_a_version(subject: Subject) -> None:
    """The plugin belongs to a distribution with a version, which models record."""
    own = subject.registered
    expect(own.distribution and own.version, "the plugin's distribution has no name or version")


@check(*WITH_OPTIONS)
def options_are_a_frozen_dataclass(subject: Subject) -> None:
    """Options are a dataclass that cannot be changed after it is checked."""
    options = _options(subject)
    expect(is_dataclass(options), f"{options} is no dataclass")
    expect(options.__dataclass_params__.frozen, f"{options.__name__} is not frozen")


@check(*WITH_OPTIONS)
def options_have_defaults(subject: Subject) -> None:
    """Options can be created without arguments."""
    options = _options(subject)
    lacking = [f.name for f in fields(options) if f.default is MISSING and f.default_factory is MISSING]
    expect(not lacking, f"no default: {', '.join(lacking)}")
    options()


@check(*WITH_OPTIONS)
def options_survive_a_round_trip(subject: Subject) -> None:
    """Options that are written as TOML and read again are equal."""
    options = _options(subject)
    made = options()
    expect(fill({"own": options}, asdict(made))["own"] == made, f"{made} is read as something else")


@check(*WITH_OPTIONS)
def options_are_explained(subject: Subject) -> None:
    """Every option has a help text: the string below its field."""
    silent = [one.name for one in option_fields(_options(subject)) if not one.meaning]
    expect(not silent, f"no help text: {', '.join(silent)}")


def _identity(own: Registered) -> tuple[str, str]:
    return own.plugin, own.distribution


def _references(subject: Subject) -> list[tuple[str, str]]:
    """The fields that name an implementation. Raises Skipped if there are none."""
    named = references_of(subject.spec)
    if not named:
        raise Skipped("the record names no implementation")
    return named


def _options(subject: Subject) -> Any:
    """The options of the record. Raises Skipped if it has none."""
    options = getattr(subject.spec, "options", NoOptions)
    if options is NoOptions or not fields(options):
        raise Skipped("the record has no options")
    return options
