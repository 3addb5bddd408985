"""Read and write spaCy's DocBin (`.spacy`). A file is one compressed record, so it is read and written as a whole.

It consists of zlib, msgpack and numpy arrays of numbers: reading runs no code from it and unpickles nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from seqkit.errors import SeqkitError, shortened
from seqkit.examples import RecordErrors, Sentence, SourceLocation
from seqkit.formats.spacy.bounds import check_data, stored
from seqkit.formats.spacy.docs import from_doc, to_doc
from seqkit.io.limits import check_bytes, current_limits
from seqkit.io.text_files import BadRecord, FilePath, faults_located, opened

if TYPE_CHECKING:
    from spacy.tokens import Doc


def read(path: FilePath, problems: RecordErrors, kinds: Sequence[str] = ()) -> Iterator[Sentence]:
    """Yield the sentences of all Docs; `where` has the number of the Doc, from 1, in place of a line.

    Args: kinds, kinds of label to read besides upos, xpos and feats. Raises SeqkitError if the file is not a DocBin.
    """
    name = str(path)
    for number, doc in enumerate(_docs(path), 1):
        where = SourceLocation(name, number)
        try:
            sentences = from_doc(doc, kinds)
        except BadRecord as bad:
            problems.bad(where, f"Doc {number}: {bad.reason}", bad.fix)
            continue
        for sentence in sentences:
            sentence.where = where
            yield sentence


def _docs(path: FilePath) -> Iterator[Doc]:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    most = current_limits().whole
    with opened(path) as file, faults_located(path, lambda: 1):
        data = file.read(most + 1)
    check_bytes(path, len(data), "whole")
    collecting = gc.isenabled()
    try:
        docs = DocBin().from_bytes(stored(path, data))
        for number, content in (*enumerate(docs.user_data, 1), *enumerate(docs.span_groups, 1)):
            check_data(path, number, content or b"")
        yield from docs.get_docs(Vocab())
    except SeqkitError:
        raise
    # spaCy raises many kinds of exception for bytes that are not a DocBin.
    except Exception as error:
        reason = f"{type(error).__name__}: {shortened(str(error), 200)}"
        problem = f"{path}: is not a spaCy DocBin, or it is damaged ({reason})"
        raise SeqkitError(problem, "Write it again with DocBin.to_disk.") from error
    finally:
        # spaCy's decoder disables garbage collection, and does not enable it again if it fails.
        if collecting:
            gc.enable()


class Writer:
    """Collects one Doc per sentence; `close` writes the file."""

    def __init__(self, file: BinaryIO) -> None:
        from spacy.tokens import DocBin
        from spacy.vocab import Vocab

        self._file = file
        self._vocab = Vocab()
        self._docs = DocBin(store_user_data=True)

    def write(self, sentence: Sentence) -> None:
        """Add one sentence."""
        self._docs.add(to_doc(sentence, self._vocab))

    def close(self) -> None:
        """Write the file."""
        self._file.write(self._docs.to_bytes())
