"""JSON Lines: one object per line."""

from __future__ import annotations

import json
from typing import Any

from seqkit.io.limits import current_limits, how_to_raise, is_deep
from seqkit.io.text_files import BadRecord


def json_object(line: str, fix: str = "Write one JSON object per line.") -> dict[str, Any]:
    """Parse the object of a line. Raises BadRecord, with the advice `fix`, if the line has none."""
    record = json_value(line, fix)
    if not isinstance(record, dict):
        raise BadRecord("not a JSON object", fix)
    return record


def json_value(line: str, fix: str) -> Any:
    """Parse the JSON of a line. Raises BadRecord, with the advice `fix`, if it is none or nested too deep."""
    if is_deep(line):
        raise BadRecord(f"not JSON (more than {current_limits().depth} levels)", how_to_raise("depth"))
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRecord(f"not JSON ({error})", fix) from error
