"""The base class of facts that one JSON file holds. Imports no torch."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Self

from seqkit.io.json_files import stored_record, write_json


class JsonFacts:
    """What the training data determine, as a dataclass whose fields are stored in a JSON file of the model folder.

    A subclass is a dataclass with fields that JSON can hold, and has a class method `gather` that makes the facts from
    the training examples. A field may be called `language` or `silver`; without them, the values below hold.
    """

    FILE: ClassVar[Path | str] = "facts.json"
    """The file in the folder of the model; the parts of one model must not share it."""
    language: Any = "xx"
    """Language of the examples; "xx" is unknown."""
    silver: Any = None
    """The pipeline that made the labels; None if people did."""

    def save(self, folder: Path) -> None:
        """Write the fields into `folder`."""
        write_json(folder / self.FILE, asdict(self))  # type: ignore[call-overload]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote. Raises SeqkitError if it is missing, or its fields have other names or types."""
        from pydantic import TypeAdapter

        with stored_record(folder / cls.FILE, cls.__name__) as stored:
            return TypeAdapter(cls).validate_python(stored)
