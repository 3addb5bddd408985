"""Join the outputs of parts into the final files: the last step of a unit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from seqkit.batch.jobs import Join, Target
from seqkit.batch.ledger import COUNTS, PARTS, Ledger
from seqkit.batch.store import Row, Store
from seqkit.batch.store_files import Counted
from seqkit.batch.units import part_name
from seqkit.errors import SeqkitError
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import FormatSpec
from seqkit.io.packing import packed

BLOCK = 1 << 20


def join(work: Join, store: Store, ledger: Ledger, format: str) -> Row:
    """Write the final files of a unit, log them, and delete the outputs of its parts. Retries give equal bytes.

    Args: format, name of the output format. Raises SeqkitError if the output of a part is missing or differs from the
    ledger.
    """
    spec: FormatSpec = registry().find("formats", format)
    parts = [f"{PARTS}/{part_name(work.unit, number)}" for number in range(len(work.rows))]
    if len(work.targets) > 1:
        files = _split(work, store, parts[0], spec)
    elif spec.pieces:
        files = _pieces(work, store, parts)
    elif len(parts) == 1 and not work.targets[0].packing:
        files = [_renamed(store, parts[0], work.targets[0].name, work.rows[0])]
    else:
        files = [_joined(work, store, parts, spec)]
    row: Row = {"unit": work.unit, "again": work.again, "files": files, "parts": len(parts)}
    row["stamps"] = [store.stamp(name) for name, _, _ in files]
    for name in (*COUNTS, "source", "seconds"):
        row[name] = sum(one[name] for one in work.rows)
    ledger.log(row)
    for name in parts:
        store.delete(name)
    return row


def _outs(row: dict[str, Any]) -> list[list[Any]]:
    return list(row["outs"])


def _renamed(store: Store, part: str, target: str, row: dict[str, Any]) -> list[Any]:
    """Rename the only part to the output, unless a process that died has already renamed it."""
    ((size, sha256, _),) = _outs(row)
    if store.size(part) is not None:
        store.move(part, target)
    elif sha256_of(store, target) != sha256:
        raise _gone(part)
    return [target, size, sha256]


def _gone(part: str) -> SeqkitError:
    return SeqkitError(
        f"{part}: the output of a part is missing or was changed", "Run the same command again."
    )


def sha256_of(store: Store, name: str) -> str:
    """Compute the sha256 of a file; "" if it does not exist."""
    try:
        with store.open(name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    except FileNotFoundError:
        return ""


def _pieces(work: Join, store: Store, parts: Sequence[str]) -> list[list[Any]]:
    """Rename the parts to separate files: NAME-00001.spacy, and so on."""
    name = work.targets[0].name
    return [
        _renamed(store, part, piece_name(name, number), row)
        for number, (part, row) in enumerate(zip(parts, work.rows, strict=True), 1)
    ]


def piece_name(name: str, number: int) -> str:
    """Return the name of a part of an output that is not joined: `a/b.spacy` -> `a/b-00001.spacy`."""
    plain = PurePosixPath(name)
    return str(plain.with_stem(f"{plain.stem}-{number:05d}"))


def _joined(work: Join, store: Store, parts: Sequence[str], spec: FormatSpec) -> list[Any]:
    """Join all parts into one file, compressed if the input was."""
    target = work.targets[0]
    with ExitStack() as stack, store.write(target.name) as file:
        opened = [
            stack.enter_context(_whole(store, part, row)) for part, row in zip(parts, work.rows, strict=True)
        ]
        out = Counted(file)
        with packed(out, target.packing) as inner:  # type: ignore[arg-type]
            load(spec.join or "")(opened, inner, work.fresh)
    return [target.name, out.count, out.sha256]


def _whole(store: Store, part: str, row: dict[str, Any]) -> BinaryIO:
    """Open the output of a part. Raises SeqkitError if its size differs from the ledger."""
    if store.size(part) != sum(size for size, _, _ in _outs(row)):
        raise _gone(part)
    return store.open(part)


def _split(work: Join, store: Store, part: str, spec: FormatSpec) -> list[list[Any]]:
    """Split the output of a part into the outputs for its small files."""
    files = []
    with _whole(store, part, work.rows[0]) as waiting:
        for target, (size, sha256, _) in zip(work.targets, _outs(work.rows[0]), strict=True):
            data = waiting.read(size)
            if hashlib.sha256(data).hexdigest() != sha256:
                raise _gone(part)
            if spec.pieces:
                target = target._replace(name=piece_name(target.name, 1))
            files.append(_small(store, target, data))
    store.settle()
    return files


def _small(store: Store, target: Target, data: bytes) -> list[Any]:
    if target.packing:
        import io

        sink = io.BytesIO()
        with packed(sink, target.packing) as inner:
            inner.write(data)
        data = sink.getvalue()
    store.put_soon(target.name, data)
    return [target.name, len(data), hashlib.sha256(data).hexdigest()]
