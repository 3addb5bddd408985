"""JSON Lines: one object per line."""

from __future__ import annotations

import json
from typing import Any

from seqkit.io.limits import current_limits, how_to_raise, is_deep
from seqkit.io.text_files import BadRecord


def json_object(line: str, fix: str = "Write one JSON object per line.") -> dict[str, Any]:
    """Parse a line with a JSON object. Raises BadRecord with this `fix` if it is not one."""
    record = json_value(line, fix)
    if not isinstance(record, dict):
        raise BadRecord("not a JSON object", fix)
    return record


def json_value(line: str, fix: str) -> Any:
    """Parse a line of JSON. Raises BadRecord with this `fix` if it is not JSON, and if it is nested too deep."""
    if is_deep(line):
        raise BadRecord(f"not JSON (more than {current_limits().depth} levels)", how_to_raise("depth"))
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRecord(f"not JSON ({error})", fix) from error
