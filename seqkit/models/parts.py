"""JSON parts of a model folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.files import write_text


def write_json(path: Path, value: Any) -> None:
    """`value` as readable JSON; the folder is made where missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def read_json(path: Path) -> Any:
    """What stands in a JSON file. Raises SeqkitError where it is missing or no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SeqkitError(
            f"{path}: missing from the model folder", "Get the model again, or train it again."
        ) from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SeqkitError(f"{path}: not JSON ({error})", "Get the model again, or train it again.") from None
