"""Targets that load model folders, runs and caches whose files were changed and whose checksums were made to match."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from random import Random
from typing import Any

import seqkit
from fuzzing.mutate import bytes_mutated, json_bytes, json_mutated
from fuzzing.readers import Target
from seqkit.errors import SeqkitError
from seqkit.models.folder import MANIFEST, checksums, write_manifest

TEXT = "The dog sleeps.\nA cat saw him 3 times."
KINDS = {"tagger": "lstm", "translator": "seq2seq", "writer": "lm", "segmenter": "segmenter"}
"""Folder -> model that is trained in it."""
SETTINGS: dict[str, dict[str, Any]] = {
    "tagger": {
        "corpus": "sample-english",
        "hidden": 8,
        "char_hidden": 4,
        "vocab_size": 60,
        "with_segmenter": False,
    },
    "translator": {"hidden": 8, "embedding_size": 6, "vocab_size": 60, "source": "en", "target": "de"},
    "writer": {"hidden": 8, "embedding_size": 6, "unit": "pieces", "vocab_size": 60, "lang": "en"},
    "segmenter": {"corpus": "sample-english", "hidden": 8},
}


def trained(root: Path) -> Path:
    """The folder with a small model of each task; missing ones are trained."""
    for name, model in KINDS.items():
        folder = root / name
        if (folder / MANIFEST).is_file():
            continue
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        settings = dict(SETTINGS[name])
        if "corpus" not in settings:
            settings |= {"train": _texts(root, name), "dev": _texts(root, name)}
        seqkit.train(model, out=folder, epochs=1, threads=1, **settings)
        shutil.rmtree(folder / "training", ignore_errors=True)
    return root


def _texts(root: Path, name: str) -> str:
    """Write training text for models that need no treebank."""
    path = root / ("pairs.tsv" if name == "translator" else "text.txt")
    rows = [f"the dog sees {n} cats\tder Hund sieht {n} Katzen" for n in range(60)]
    header = "en\tde\n" if name == "translator" else ""
    lines = rows if name == "translator" else [row.replace("\t", " ") for row in rows]
    path.write_text(header + "\n".join(lines) + "\n")
    return str(path)


def changed_model(name: str) -> Target:
    """A target that changes one or two files of a model folder, loads it, and applies it."""

    def run(random: Random, folder: Path) -> object:
        whole, broken = folder / "models" / name, folder / f"{name}-changed"
        shutil.rmtree(broken, ignore_errors=True)
        shutil.copytree(whole, broken)
        for _ in range(random.choice((1, 1, 2))):
            _change(broken, random)
        if random.random() < 0.95:
            _fit_manifest(broken)
        return used(broken, random)

    return run


def _change(folder: Path, random: Random) -> None:
    """Change one file; JSON is mostly changed by its structure."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    weights = [4 if path.suffix == ".json" else 1 for path in files]
    path = random.choices(files, weights)[0] if random.random() < 0.98 else folder / MANIFEST
    data = path.read_bytes()
    if path.suffix == ".json" and random.random() < 0.85:
        try:
            path.write_bytes(json_bytes(json_mutated(json.loads(data), random), random))
        except ValueError:
            path.write_bytes(b"[")
    elif random.random() < 0.05:
        path.unlink()
    else:
        path.write_bytes(bytes_mutated(data, random))


def _fit_manifest(folder: Path) -> None:
    """Write the manifest for the changed files."""
    try:
        names = [name for name in checksums(folder) if (folder / name).is_file()]
    except SeqkitError:
        return
    write_manifest(folder, names)


def used(folder: Path, random: Random) -> object:
    """Load a model and apply it to a short text: in numpy, or through torch."""
    model = seqkit.load(folder)
    if model.spec.verb == "generate":
        return model.generate("the", length=5)
    if random.random() < 0.3:
        _ = model.loaded
    return model.apply(TEXT)


TARGETS: dict[str, tuple[int, Target]] = {
    "tagger folder": (4, changed_model("tagger")),
    "translator folder": (3, changed_model("translator")),
    "language model folder": (2, changed_model("writer")),
    "segmenter folder": (2, changed_model("segmenter")),
}
"""Name -> share of the cases, and the target."""
