"""JSON Lines: one object a line."""

from __future__ import annotations

import json
from typing import Any

from seqkit.io.text_files import BadRecord


def json_object(line: str, fix: str = "Write one JSON object a line.") -> dict[str, Any]:
    """The object of a line. Raises BadRecord where it holds none; `fix` says what a right line looks like."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRecord(f"not JSON ({error})", fix) from error
    if not isinstance(record, dict):
        raise BadRecord("not a JSON object", fix)
    return record
