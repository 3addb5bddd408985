"""Run the checks of a record."""

from __future__ import annotations

import importlib
from importlib.util import find_spec

from seqkit.extend.isolation import OF_THE_USER, describe
from seqkit.extend.process_state import state_kept
from seqkit.io.streams import stdout_to_stderr
from seqkit.testing.check import CHECKS, NOT_APPLICABLE, Check, Outcome, Subject

SHOWN = 300
"""Characters of a reason that are kept."""


def checks_of(kind: str) -> list[Check]:
    """The checks of a kind: those of every kind, then its own."""
    for module in ("seqkit.testing.common", "seqkit.testing.fresh", f"seqkit.testing.{kind}"):
        if find_spec(module) is not None:
            importlib.import_module(module)
    return [*CHECKS[""], *CHECKS[kind]]


def check_record(kind: str, name: str) -> list[Outcome]:
    """Run every check of a registered record. Raises SeqkitError for an unknown name."""
    subject = Subject(kind, name)
    assert subject.registered
    return [outcome_of(check, subject) for check in checks_of(kind)]


def outcome_of(check: Check, subject: Subject) -> Outcome:
    """Run a check, with the process's state restored and its output on stderr."""
    try:
        with stdout_to_stderr(), state_kept():
            check.run(subject)
    except OF_THE_USER:
        raise
    except NOT_APPLICABLE as skipped:
        return Outcome(check.name, "skipped", " ".join(str(skipped).split()))
    except BaseException as error:
        reason = str(error) if isinstance(error, AssertionError) else describe(error)
        return Outcome(check.name, "failed", " ".join(reason.split())[:SHOWN])
    return Outcome(check.name, "passed")
