"""Copy a model from the cache into a folder of the user, where it can be changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from seqkit.errors import SeqkitError
from seqkit.io.atomic import atomic_write, check_folder, failures_named, sync_folder
from seqkit.models.folder import MANIFEST, checksums, inner_models
from seqkit.runtime.signals import unfinished


def check_new(out: Path) -> None:
    """Raise SeqkitError for a folder that exists, or cannot be made."""
    if out.exists():
        raise SeqkitError(f"--out {out}: exists already", "Choose another folder.", exit_code=2)
    check_folder(out)


def copy_model(folder: Path, out: Path) -> Path:
    """Copy the files of a model, and of models inside of it, into a new folder, which appears whole or not at all."""
    part = out.parent / f".{out.name}.{os.urandom(4).hex()}.part"
    with unfinished(part):
        try:
            for own in (folder, *inner_models(folder)):
                for name in (MANIFEST, *checksums(own)):
                    target = part / own.relative_to(folder) / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with open(own / name, "rb") as source, atomic_write(target, pack=False) as file:
                        shutil.copyfileobj(source, file, 1 << 20)
            with failures_named(out):
                part.rename(out)
                sync_folder(out.parent)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    return out
