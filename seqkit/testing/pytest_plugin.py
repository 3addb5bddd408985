"""The pytest plugin: `pytest --seqkit-plugin NAME` adds a test for every check of an installed plugin's records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from seqkit.testing.check import Check, Subject


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("seqkit").addoption(
        "--seqkit-plugin",
        action="append",
        default=[],
        metavar="NAME",
        help="Add seqkit's conformance suite for this installed plugin; may be repeated.",
    )


def pytest_collection_modifyitems(session: pytest.Session, config: Any, items: list[pytest.Item]) -> None:
    """Add the checks of the plugins that the command line names. Raises UsageError for one without records."""
    for name in config.getoption("--seqkit-plugin"):
        items += _items(session, name)


class Conformance(pytest.Item):
    """A check of one record."""

    def __init__(self, *, check: Check, subject: Subject, **named: Any) -> None:
        super().__init__(**named)
        self.check, self.subject = check, subject

    def runtest(self) -> None:
        """Run the check."""
        from seqkit.testing.check import NOT_APPLICABLE

        try:
            self.check.run(self.subject)
        except NOT_APPLICABLE as skipped:
            pytest.skip(str(skipped))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The failure in one line, if the check itself reports it."""
        if isinstance(excinfo.value, AssertionError):
            return f"{self.check.summary}\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """The name of the test in reports."""
        return self.path, None, self.name


def _items(session: pytest.Session, name: str) -> list[pytest.Item]:
    """The tests of one plugin."""
    from seqkit.testing.check import Subject
    from seqkit.testing.probe import records_of
    from seqkit.testing.suite import checks_of

    records = records_of((name,))
    if not records:
        raise pytest.UsageError(f"--seqkit-plugin {name}: no such plugin, or it offers nothing")
    found: list[pytest.Item] = []
    for own, kind in records:
        subject = Subject(kind, own.spec.name)
        for check in checks_of(kind):
            title = f"{kind}/{own.spec.name}/{check.name}"
            found.append(Conformance.from_parent(session, name=title, check=check, subject=subject))
    return found
