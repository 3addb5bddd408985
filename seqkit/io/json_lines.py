"""JSON Lines: one object per line."""

from __future__ import annotations

import json
from typing import Any

from seqkit.io.text_files import BadRecord


def json_object(line: str, fix: str = "Write one JSON object per line.") -> dict[str, Any]:
    """Parse the object of a line. Raises BadRecord, with the advice `fix`, if the line has none."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRecord(f"not JSON ({error})", fix) from error
    if not isinstance(record, dict):
        raise BadRecord("not a JSON object", fix)
    return record
