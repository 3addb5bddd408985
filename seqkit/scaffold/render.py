"""Fill a template in copier's layout: `{{ name }}` in texts and paths, files that end in `.jinja`.

Only `copier update` needs copier. Both produce the same files, which a test compares.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from seqkit._version import __version__
from seqkit.errors import SeqkitError
from seqkit.io.atomic import check_folder, write_text
from seqkit.scaffold.names import TEMPLATES, PluginNames

PLACEHOLDER = re.compile(r"{{ (\w+) }}")
SUFFIX = ".jinja"
ANSWERS = ".copier-answers.yml"
"""The file in which copier stores the template and its version."""


def new_plugin(names: PluginNames, folder: Path) -> list[Path]:
    """Write a new plugin into a folder that does not exist or is empty. Returns its files, sorted.

    Raises SeqkitError if the folder has files.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SeqkitError(f"{folder}: exists already", "Choose another name, or --out.", exit_code=2)
    check_folder(folder)
    files = dict(rendered(names)) | {ANSWERS: answers(names)}
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_text(folder / path, text)
    return sorted(folder / path for path in files)


def rendered(names: PluginNames) -> Iterator[tuple[str, str]]:
    """Yield path and text of each file of the template, without the answers file."""
    root = TEMPLATES / names.kind
    for path in sorted(root.rglob(f"*{SUFFIX}")):
        inside = path.relative_to(root).as_posix().removesuffix(SUFFIX)
        if "_copier_conf" not in inside:
            yield filled(inside, names), filled(path.read_text(encoding="utf-8"), names)


def filled(text: str, names: PluginNames) -> str:
    """Replace the placeholders in a text. Raises KeyError for an unknown placeholder."""
    return PLACEHOLDER.sub(lambda match: names.values[match[1]], text)


def answers(names: PluginNames) -> str:
    """Return the text of copier's answers file: template, its version, and the values."""
    lines = ["# Written by seqkit; `copier update` reads and changes it. Do not edit it by hand."]
    lines += [f"_commit: v{__version__}", f"_src_path: {source()}"]
    return "\n".join([*lines, f"kind: {names.kind}", f"name: {names.name}", ""])


def source() -> str:
    """Return the repository that seqkit was installed from, as pip recorded it; "" for an install from an index."""
    try:
        recorded = metadata.distribution("seqkit").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return ""
    record = json.loads(recorded) if recorded else {}
    url = str(record.get("url", ""))
    return os.fspath(Path(url.removeprefix("file://"))) if url.startswith("file://") else url
