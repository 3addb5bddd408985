"""The fingerprint of a run: all that determines its outputs. A folder accepts only runs with one fingerprint."""

from __future__ import annotations

import dataclasses
import json
import platform
from contextlib import suppress
from pathlib import Path
from typing import Any

from seqkit._version import __version__
from seqkit.errors import SeqkitError
from seqkit.runtime.devices import device_class, on_cpu

FLAGS = (
    *("avx", "avx2", "fma", "avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
    *("avx_vnni", "amx_tile", "amx_int8", "amx_bf16", "asimd", "asimdhp", "asimddp", "sve", "i8mm", "bf16"),
)
"""CPU flags of instruction sets that determine the libraries' choice of kernels."""
VERSION = 1
"""Version of the ledger's layout."""


def cpu_class() -> str:
    """Return the class of this process's processor. Outputs are equal on processors of the same class."""
    if not on_cpu():
        return device_class()
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return f"{platform.machine()} {platform.processor()}".strip()
    line = next((line for line in text.splitlines() if line.lower().startswith(("flags", "features"))), "")
    flags = set(line.partition(":")[2].split())
    return " ".join([platform.machine(), *(flag for flag in FLAGS if flag in flags)])


def plain(value: Any) -> Any:
    """Convert a value to JSON data."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    return json.loads(json.dumps(value, default=str))


def versions(task: str, model: str) -> dict[str, str]:
    """Return the version of each third-party package, or plugin file, that the outputs depend on."""
    from seqkit.extend.manager import registry
    from seqkit.models.folder import model_info
    from seqkit.models.needs import third_party_versions

    needs = [{task: registry().registered("tasks", task).distribution}]
    with suppress(SeqkitError):
        needs += model_info(model).config["needs"].values()
    return third_party_versions(needs)


def fingerprint(
    verb: str, task: str, model: str, request: Any, format: str, limits: Any, cpu: str
) -> dict[str, Any]:
    """Return the content of `run.json`. Args: model, the fingerprint of the model's files; cpu, the CPU class."""
    return {
        "layout": VERSION,
        "seqkit": __version__,
        "verb": verb,
        "task": task,
        "model": request.model,
        "model_sha256": model,
        "options": plain(request.options),
        "inference_dtype": request.inference_dtype,
        "reading": plain(request.reading),
        "format": format,
        "part": plain(list(limits)),
        "plugins": versions(task, request.model),
        "cpu": cpu,
    }


TITLES = {
    "layout": "the layout of the ledger",
    "seqkit": "the version of seqkit",
    "verb": "the command",
    "model_sha256": "the model",
    "part": "--part-size",
    "plugins": "the versions of plugins",
    "cpu": "the class of the processor",
    "format": "--format",
    "inference_dtype": "--inference-dtype",
}


def check_same(recorded: dict[str, Any], wanted: dict[str, Any], out: str, any_cpu: bool) -> None:
    """Raise SeqkitError, with the first item that differs, if a folder belongs to another run."""
    for name, value in wanted.items():
        if name == "model" or (name == "cpu" and any_cpu):
            continue
        if recorded.get(name) != value:
            raise _differs(name, recorded.get(name), value, out)


def _differs(name: str, was: Any, now: Any, out: str) -> SeqkitError:
    if isinstance(was, dict) and isinstance(now, dict):
        key = next(key for key in {**was, **now} if was.get(key) != now.get(key))
        title = f"--{key.replace('_', '-')}" if name in ("options", "reading") else f"{TITLES[name]} ({key})"
        was, now = was.get(key), now.get(key)
    else:
        title = TITLES.get(name, name)
    if name == "model_sha256":
        problem = f"{out}: belongs to a run with another model"
    else:
        problem = f"{out}: belongs to a run with another value of {title}: {_shown(was)}, now {_shown(now)}"
    fix = "Choose another --out, or use the options with which the run began."
    if name == "cpu":
        fix = "Run on a processor of that class, or add --any-cpu: outputs may then differ."
    return SeqkitError(problem, fix, exit_code=2)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
