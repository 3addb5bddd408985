"""Convert sentences to JSON data and back, and check all values that are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from seqkit.errors import SeqkitError, shortened
from seqkit.examples import NO_LABEL, Multiword, Sentence
from seqkit.io.limits import current_limits, how_to_raise
from seqkit.io.text_files import BadRecord
from seqkit.labels.kinds import in_order, standard_kinds

UNFIT = re.compile("[\0\ud800-\udfff]")
"""Characters that JSON can express but a UTF-8 text file cannot."""
LARGEST = 2**53
"""Largest integer that JSON readers with 64-bit floats represent exactly."""
KEYS = ("text", "words", "spaces", "before", "multiwords", "probabilities", "offset", "document", "silver")
"""Reserved keys, which cannot be kinds of label."""


def to_record(sentence: Sentence) -> dict[str, Any]:
    """Convert a sentence to a dict, without keys for missing values, and without `lines` and `where`.

    Raises SeqkitError for a kind of label with the name of a reserved key.
    """
    if reserved := sentence.labels.keys() & set(KEYS):
        where = f"{sentence.where}: " if sentence.where else ""
        problem = f"{where}labels of the kind '{min(reserved)}', which is a reserved key in JSON Lines"
        raise SeqkitError(problem, "Rename the kind.")
    record: dict[str, Any] = {"text": sentence.text, "words": sentence.words}
    if sentence.spaces is not None:
        record["spaces"] = sentence.spaces
    if sentence.before:
        record["before"] = sentence.before
    if sentence.multiwords:
        record["multiwords"] = [list(token) for token in sentence.multiwords]
    record |= {kind: sentence.labels[kind] for kind in in_order(sentence.labels)}
    if sentence.ranked:
        record["probabilities"] = {
            kind: [[[label, round(p, 4)] for label, p in word] for word in words]
            for kind, words in sentence.ranked.items()
        }
    for key in ("offset", "document", "silver"):
        if getattr(sentence, key) is not None:
            record[key] = getattr(sentence, key)
    return record | _carried(sentence.fields, record) if sentence.fields else record


def _carried(fields: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """The fields of the input's record. Raises SeqkitError for a field with the name of a key of the output."""
    if conflicts := fields.keys() & record.keys():
        problem = f"the field '{min(conflicts)}' of the input would replace that of the output"
        raise SeqkitError(problem, "Leave it out: --drop.")
    return fields


def from_record(record: dict[str, Any], kinds: Sequence[str] = ()) -> Sentence:
    """Convert a dict to a sentence. `words` is required; `text` and unknown keys are ignored.

    Args: kinds, kinds of label to read besides upos, xpos and feats. Raises BadRecord for a value of the wrong type or
    length.
    """
    if "words" not in record:
        text = "--text-field text" if "text" in record else "--text-field NAME"
        fix = f"Add the list of words, or name the field of the text ({text}), or put running text into a .txt file."
        raise BadRecord("an object without 'words'", fix)
    record = {key: value for key, value in record.items() if value is not None}
    words, most = _strings(record, "words"), current_limits().words
    if len(words) > most:
        raise BadRecord(f"a sentence of more than {most:,} words", how_to_raise("words"))
    if not all(word.strip() for word in words):
        raise BadRecord("an empty word", "Delete it; write white space into 'spaces'.")
    return Sentence(
        words,
        {kind: _labels(record, kind, len(words)) for kind in _kinds(record, kinds)},
        spaces=_spaces(record, len(words)),
        multiwords=_multiwords(record.get("multiwords", []), len(words)),
        before=_white(_value(record, "before", str) or ""),
        offset=_offset(record),
        document=_value(record, "document", str),
        silver=_value(record, "silver", str),
    )


def _kinds(record: dict[str, Any], wanted: Sequence[str]) -> list[str]:
    """The keys with labels."""
    known = dict.fromkeys((*standard_kinds(), *wanted))
    return [kind for kind in known if kind in record and kind not in KEYS]


def _strings(record: dict[str, Any], key: str) -> list[str]:
    values = record.get(key)
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise BadRecord(f"'{key}' is not a list of strings", f'Write it as "{key}": ["…", "…"].')
    if UNFIT.search("".join(values)):
        raise BadRecord(f"'{key}' has a NUL or an unpaired surrogate", "Delete it.")
    return list(values)


def _one_per_word(record: dict[str, Any], key: str, count: int) -> list[str]:
    values = _strings(record, key)
    if len(values) != count:
        raise BadRecord(f"{len(values)} {key} for {count} words", "Give one for each word.")
    return values


def _labels(record: dict[str, Any], kind: str, count: int) -> list[str]:
    return [label or NO_LABEL for label in _one_per_word(record, kind, count)]


def _spaces(record: dict[str, Any], count: int) -> list[str] | None:
    if "spaces" not in record:
        return None
    return [_white(space) for space in _one_per_word(record, "spaces", count)]


def _white(space: str) -> str:
    if space.strip():
        raise BadRecord(f"expected white space, got {shortened(repr(space))}", "Put text into 'words'.")
    return space


def _value(record: dict[str, Any], key: str, kind: type) -> Any:
    value = record.get(key)
    if value is not None and not isinstance(value, kind):
        raise BadRecord(
            f"'{key}' is not {'a number' if kind is int else 'a string'}", "Correct or delete it."
        )
    if isinstance(value, str) and UNFIT.search(value):
        raise BadRecord(f"'{key}' has a NUL or an unpaired surrogate", "Delete it.")
    return value


def _offset(record: dict[str, Any]) -> int | None:
    offset = _value(record, "offset", int)
    if offset is not None and (isinstance(offset, bool) or not 0 <= offset <= LARGEST):
        raise BadRecord("'offset' is not a number of characters", "Correct or delete it.")
    return offset if offset is None else int(offset)


def _multiwords(values: Any, count: int) -> list[Multiword]:
    """Multiword tokens in order, without overlaps."""
    tokens: list[Multiword] = []
    for value in values if isinstance(values, list | tuple) else [values]:
        after = tokens[-1].last if tokens else -1
        match value:
            case [int(first), int(last), str(form)] if after < first <= last < count and form.strip():
                tokens.append(Multiword(first, last, _value({"form": form}, "form", str)))
            case _:
                fix = 'Write them as "multiwords": [[2, 3, "du"]].'
                raise BadRecord("'multiwords' are not [first, last, form] in order", fix)
    return tokens
