"""The model of a pipeline component: its name, or its files if the pipeline was loaded from disk or from bytes."""

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
"""The file with the name of the model, beside the folder of its files."""
FILES = "model"
"""The folder of the model's files, and their name in `exclude`."""


class ModelSource:
    """The source of a model. A pipeline stores the model's files, so that it works on other machines."""

    def __init__(self, name: str) -> None:
        """Args: name, of an installed model, its folder, or `hf://owner/name`; resolved on first use."""
        self.name = name
        self._files: dict[str, bytes] = {}
        self._folder = ""

    @property
    def path(self) -> str:
        """The name or folder from which a task loads the model."""
        if not self._files:
            return self.name
        if not self._folder:
            self._folder = tempfile.mkdtemp(prefix="seqkit-")
            weakref.finalize(self, _remove, self._folder, os.getpid())
            _write(Path(self._folder), self._files)
        return self._folder

    def to_disk(self, path: str | Path, exclude: Collection[str] = ()) -> None:
        """Write the name and, unless `exclude` contains "model", the files into a new folder."""
        folder, files = Path(path), {} if FILES in exclude else self._read()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RECORD).write_text(json.dumps({"model": self.name}) + "\n", encoding="utf-8")
        shutil.rmtree(folder / FILES, ignore_errors=True)
        _write(folder / FILES, files)

    def from_disk(self, path: str | Path) -> None:
        """Load name and files that `to_disk` wrote into memory; the folder may be deleted afterwards.

        Raises SeqkitError for a file name that leads out of the folder.
        """
        folder = Path(path)
        self._set(
            json.loads((folder / RECORD).read_text(encoding="utf-8")), dict(_read_folder(folder / FILES))
        )

    def to_bytes(self, exclude: Collection[str] = ()) -> bytes:
        """Return the content that `to_disk` writes, as msgpack."""
        import srsly

        record = {"model": self.name, "files": {} if FILES in exclude else self._read()}
        return bytes(srsly.msgpack_dumps(record))

    def from_bytes(self, data: bytes) -> None:
        """Load name and files from the result of `to_bytes`. Raises SeqkitError as `from_disk`."""
        import srsly

        record = srsly.msgpack_loads(data)
        self._set(record, record["files"])

    def __getstate__(self) -> dict[str, Any]:
        return {"name": self.name, "_files": self._files, "_folder": ""}

    def _set(self, record: dict[str, Any], files: dict[str, bytes]) -> None:
        for name in files:
            if fault := fault_of_path(name):
                raise SeqkitError(
                    f"{record['model']}: contains a file '{name}', which {fault}", "Get the pipeline again."
                )
        self.name, self._files, self._folder = str(record["model"]), files, ""

    def _read(self) -> dict[str, bytes]:
        """Read the files of the model and of the models inside it: relative path -> content."""
        if self._files:
            return self._files
        folder = model_info(self.name).folder
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for model in (folder, *inner_models(folder))
            for path in (model / MANIFEST, *(model / name for name in checksums(model)))
        }


class Stored(ABC):
    """Serialization methods of a spaCy component whose model is loaded on first use."""

    source: ModelSource

    @abstractmethod
    def unload(self) -> None:
        """Discard the loaded model, because the source has changed."""

    def to_disk(self, path: str | Path, *, exclude: Collection[str] = ()) -> None:
        """Store the model's files. Args: exclude, ["model"] to store only its name."""
        self.source.to_disk(path, exclude)

    def from_disk(self, path: str | Path, *, exclude: Collection[str] = ()) -> Any:
        """Use the model that `to_disk` stored."""
        self.source.from_disk(path)
        self.unload()
        return self

    def to_bytes(self, *, exclude: Collection[str] = ()) -> bytes:
        """Return the model's files as bytes. Args: as for `to_disk`."""
        return self.source.to_bytes(exclude)

    def from_bytes(self, data: bytes, *, exclude: Collection[str] = ()) -> Any:
        """Use the model that `to_bytes` returned."""
        self.source.from_bytes(data)
        self.unload()
        return self


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Write files into a folder, manifests last: a model without a manifest counts as incomplete."""
    for name in sorted(files, key=lambda name: name.endswith(MANIFEST)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(files[name])


def _read_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _remove(folder: str, process: int) -> None:
    """Delete the folder, unless this process was forked from the one that created it."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
