"""The conformance suite for plugins: checks of each kind of record against its contract.

`seqkit plugins check NAME` runs it. In a test file, `conformance` makes a test for each check:

    from seqkit.testing import conformance

    test_layer = conformance("recurrences", "lem")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from seqkit.testing.check import Check, Outcome, Skipped, Subject
    from seqkit.testing.suite import check_record, checks_of

__all__ = ["Check", "Outcome", "Skipped", "Subject", "check_record", "checks_of", "conformance"]


def conformance(kind: str, name: str) -> Callable[..., None]:
    """A pytest test of every check of a registered record; assign it to a name that begins with `test_`.

    Args: kind, such as "recurrences" (`seqkit plugins --kind`); name, that of the record.
    """
    import pytest

    from seqkit.testing.check import NOT_APPLICABLE, Subject
    from seqkit.testing.suite import checks_of

    subject = Subject(kind, name)

    @pytest.mark.parametrize("check", checks_of(kind), ids=lambda check: check.name)
    def test_conforms(check: Check) -> None:
        try:
            check.run(subject)
        except NOT_APPLICABLE as skipped:
            pytest.skip(str(skipped))

    return test_conforms


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: the pytest plugin imports this package in every project."""
    import importlib

    if name not in __all__:
        raise AttributeError(f"module 'seqkit.testing' has no attribute '{name}'")
    module = "seqkit.testing.suite" if name in ("check_record", "checks_of") else "seqkit.testing.check"
    return getattr(importlib.import_module(module), name)
