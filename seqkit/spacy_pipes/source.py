"""The model of a part of a pipeline: its name, or its files where the pipeline was read from disk or from bytes."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.io.safe_paths import fault_of_path
from seqkit.models.folder import MANIFEST, checksums, inner_models, model_info

RECORD = "seqkit.json"
"""The file with the name of the model, next to its files."""
FILES = "model"
"""The folder of the model's files, and what `exclude` calls them."""


class ModelSource:
    """The source of a model. A pipeline stores the model's files, so that it works on other machines."""

    def __init__(self, name: str) -> None:
        """Args: name, of a model that is installed, its folder, or `hf://owner/name`; looked up when it is needed."""
        self.name = name
        self._files: dict[str, bytes] = {}
        self._folder = ""

    @property
    def path(self) -> str:
        """The name or folder that a task loads the model by."""
        if not self._files:
            return self.name
        if not self._folder:
            self._folder = tempfile.mkdtemp(prefix="seqkit-")
            weakref.finalize(self, _remove, self._folder, os.getpid())
            _write(Path(self._folder), self._files)
        return self._folder

    def to_disk(self, path: str | Path, exclude: Collection[str] = ()) -> None:
        """Write the name, and unless `exclude` has "model" the files, into a new folder."""
        folder, files = Path(path), {} if FILES in exclude else self._read()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RECORD).write_text(json.dumps({"model": self.name}) + "\n", encoding="utf-8")
        shutil.rmtree(folder / FILES, ignore_errors=True)
        _write(folder / FILES, files)

    def from_disk(self, path: str | Path) -> None:
        """Take the name and files that `to_disk` wrote. They are in memory then: the folder may be deleted."""
        folder = Path(path)
        self._take(
            json.loads((folder / RECORD).read_text(encoding="utf-8")), dict(_read_folder(folder / FILES))
        )

    def to_bytes(self, exclude: Collection[str] = ()) -> bytes:
        """As `to_disk`, as bytes."""
        import srsly

        held = {"model": self.name, "files": {} if FILES in exclude else self._read()}
        return bytes(srsly.msgpack_dumps(held))

    def from_bytes(self, data: bytes) -> None:
        """Take what `to_bytes` gave."""
        import srsly

        held = srsly.msgpack_loads(data)
        self._take(held, held["files"])

    def __getstate__(self) -> dict[str, Any]:
        return {"name": self.name, "_files": self._files, "_folder": ""}

    def _take(self, record: dict[str, Any], files: dict[str, bytes]) -> None:
        for name in files:
            if fault := fault_of_path(name):
                raise SeqkitError(
                    f"{record['model']}: holds a file '{name}', which {fault}", "Get the pipeline again."
                )
        self.name, self._files, self._folder = str(record["model"]), files, ""

    def _read(self) -> dict[str, bytes]:
        """The model's own files, and those of models inside of it."""
        if self._files:
            return self._files
        folder = model_info(self.name).folder
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for own in (folder, *inner_models(folder))
            for path in (own / MANIFEST, *(own / name for name in checksums(own)))
        }


class Stored(ABC):
    """Storing a part of a pipeline as spaCy calls for it; the model is loaded when it is first needed."""

    source: ModelSource

    @abstractmethod
    def forget(self) -> None:
        """Let go of the loaded model, which is another one now."""

    def to_disk(self, path: str | Path, *, exclude: Collection[str] = ()) -> None:
        """Store the model's files. Args: exclude, "model": store only its name."""
        self.source.to_disk(path, exclude)

    def from_disk(self, path: str | Path, *, exclude: Collection[str] = ()) -> Any:
        """Take the model that is stored there."""
        self.source.from_disk(path)
        self.forget()
        return self

    def to_bytes(self, *, exclude: Collection[str] = ()) -> bytes:
        """The model's files. Args: as of `to_disk`."""
        return self.source.to_bytes(exclude)

    def from_bytes(self, data: bytes, *, exclude: Collection[str] = ()) -> Any:
        """Take the model that is stored there."""
        self.source.from_bytes(data)
        self.forget()
        return self


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Files into a folder, the manifests last: a model without one is not whole."""
    for name in sorted(files, key=lambda name: name.endswith(MANIFEST)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(files[name])


def _read_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _remove(folder: str, process: int) -> None:
    """Delete the folder, but not from a process that was forked."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
