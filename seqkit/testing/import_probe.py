"""Import a plugin in a new process, and report the effects: `python -m seqkit.testing.import_probe`.

Arguments: the module of the entry point, then the references of its records. Writes one JSON object.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

from seqkit.extend.process_state import state_kept

HEAVY = ("torch", "spacy", "matplotlib", "sentencepiece", "pandas", "tensorflow", "transformers")
"""Packages that take long to import, so that listing plugins must not import them."""


def probed(run: Callable[[], object]) -> dict[str, Any]:
    """Changes that `run` makes in this process: settings, output, heavy packages, threads; its seconds and error."""
    before, threads = set(sys.modules), threading.active_count()
    error, started = "", time.perf_counter()
    with tempfile.TemporaryFile() as caught:
        stdout = os.dup(1)
        os.dup2(caught.fileno(), 1)
        try:
            with state_kept() as changed:
                run()
        except BaseException as fault:
            error = f"{type(fault).__name__}: {fault}"
        finally:
            sys.stdout.flush()
            os.dup2(stdout, 1)
            os.close(stdout)
        written = os.fstat(caught.fileno()).st_size
    return {
        "seconds": time.perf_counter() - started,
        "changed": list(changed),
        "written": written,
        "heavy": sorted(set(HEAVY) & (set(sys.modules) - before)),
        "threads": threading.active_count() - threads,
        "error": error,
    }


def main(module: str, *references: str) -> None:
    """Import the module, then everything that the references name."""
    listing = probed(lambda: importlib.import_module(module))
    modules = sorted({reference.partition(":")[0] for reference in references})
    using = probed(lambda: [importlib.import_module(name) for name in modules])
    print(json.dumps({"listing": listing, "using": using}))


if __name__ == "__main__":
    main(*sys.argv[1:])
