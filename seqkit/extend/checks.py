"""Validate records of plugins: types of fields, and forms of names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from seqkit.extend.specs import CommandSpec, DecoderSpec, EncoderSpec, LabelSpec, TaskSpec

NAME = re.compile(r"\w[^/\\\s\x00-\x1f\x7f]*")
"""Valid names. A name is also the name of a folder, and must not look like a path."""
SUFFIX = re.compile(r"\.[^./\\\sA-Z]+")
REFERENCE = re.compile(r"[\w.]+:[\w.]+")
REFERENCES = (
    *("layer", "build", "facts", "reader", "writer", "translations", "maker"),
    *("implementation", "command", "objective", "factor", "metric", "rows", "view", "codec", "numpy_form"),
    *("engine", "join", "example", "loaded"),
)
"""Fields that name an implementation."""
KIND = re.compile(r"[^\W\d][\w-]{0,79}")
"""Valid kinds of label. A kind is also the name of a column, of a key in MISC, and of an output layer."""
CHOICES = {
    "column": ("", "LEMMA", "UPOS", "XPOS", "FEATS", "DEPREL", "DEPS"),
    "spacy": ("", "LEMMA", "POS", "TAG", "MORPH", "ENT_IOB"),
    "scheme": ("", "BIO", "IOB1", "BIOES", "BILOU"),
}
"""Fields of a LabelSpec with a fixed set of values."""

BUILTIN_COMMANDS = ("batch", "corpora", "evaluate", "help", "models", "plugins", "train")
"""Names of commands that plugins cannot use."""
BUILTIN_FLAGS = {
    "options": (
        "train",
        (
            *("model", "out", "corpus", "train", "dev", "from", "config", "set", "options"),
            *("seed", "threads", "device", "devices", "resume", "skip_bad", "help"),
        ),
    ),
    "evaluation": (
        "evaluate",
        (
            *("model", "data", "split", "json", "markdown", "compare", "inference_dtype", "card"),
            *("threads", "device", "skip_bad", "precision", "help"),
        ),
    ),
}
"""Field of a TaskSpec -> the command to which it adds options, and the built-in options of that command."""


def fault_of_record(record: object, record_type: type) -> str:
    """Describe the first fault of a record of a plugin; "" if it has none."""
    if not isinstance(record, record_type):
        return f"a {type(record).__name__}, not a {record_type.__name__}"
    for name, hint, value in _fields(record):
        if fault := _fault_of_field(name, hint, value):
            return f"a {record_type.__name__} whose {name} is {value!r}, not {fault}"
    if isinstance(record, EncoderSpec | DecoderSpec):
        options = record.options
        if is_dataclass(options) and not cast(Any, options).__dataclass_params__.frozen:
            return f"a {record_type.__name__} whose options are a dataclass that is not frozen"
        if set(record.name) & set(".,"):
            return f"a {record_type.__name__} whose name has a dot or comma: {record.name!r}"
    if isinstance(record, LabelSpec):
        return _fault_of_label(record)
    if isinstance(record, TaskSpec):
        return _fault_of_task(record)
    if isinstance(record, CommandSpec) and record.name in BUILTIN_COMMANDS:
        return f"a CommandSpec named '{record.name}', which is a built-in command"
    if isinstance(record, DecoderSpec) and record.writer and not record.suffixes:
        return "a DecoderSpec with a writer but no suffixes of the files that it writes"
    return ""


def references_of(record: Any) -> list[tuple[str, str]]:
    """Return name and value of each field of a record that names an implementation, without empty fields."""
    return [(name, str(value)) for name, _, value in _fields(record) if name in REFERENCES and value]


def packages_named_by(record: Any) -> set[str]:
    """Return the top-level packages of the implementations that a record names."""
    return {reference.partition(":")[0].partition(".")[0] for _, reference in references_of(record)}


def _fault_of_task(record: TaskSpec) -> str:
    """Describe the first option that conflicts with a built-in option of the command; "" if none does."""
    for name, (command, flags) in BUILTIN_FLAGS.items():
        for option in fields(getattr(record, name)):
            if option.name in flags:
                problem = f"a TaskSpec whose {name} have a field '{option.name}'"
                return f"{problem}, which is a built-in option of `seqkit {command}`"
    return ""


def _fault_of_label(record: LabelSpec) -> str:
    """Describe the first fault of a kind of label; "" if it has none."""
    if not KIND.fullmatch(record.name):
        return f"a LabelSpec whose name is not made of letters, digits, _ and -: {record.name!r}"
    for name, choices in CHOICES.items():
        if getattr(record, name) not in choices:
            known = ", ".join(filter(None, choices))
            return f"a LabelSpec whose {name} is {getattr(record, name)!r}, not one of {known}"
    if record.view and not record.view_name:
        return "a LabelSpec with a view but no view_name for its score"
    return ""


def _fault_of_field(name: str, hint: Any, value: object) -> str:
    """Describe the expected value of a field; "" if it is valid."""
    if not _fits(value, hint):
        return _in_words(hint)
    if name == "name" and not NAME.fullmatch(str(value)):
        return "a name without blanks and slashes"
    if name in ("options", "evaluation") and hint is type and not is_dataclass(value):
        return "a dataclass"
    if name == "suffixes" and not all(SUFFIX.fullmatch(suffix) for suffix in cast(tuple[str, ...], value)):
        return "made of suffixes like '.txt', in lower case"
    if name in REFERENCES and value is not None and not REFERENCE.fullmatch(str(value)):
        return "of the form 'module:attribute'"
    return ""


@cache
def _hints(record_type: type) -> dict[str, Any]:
    """The resolved annotations of a class of records. Cached, because resolving them for each record takes 15 ms."""
    return get_type_hints(record_type)


def _fields(record: Any) -> list[tuple[str, Any, object]]:
    """Name, annotation and value of each field."""
    kind: Any = type(record)
    hints = _hints(kind)
    return [(field.name, hints[field.name], getattr(record, field.name)) for field in fields(record)]


def _fits(value: object, hint: Any) -> bool:
    """Whether a value has an annotated type, for the types that `specs` uses."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return any(_fits(value, one) for one in inner)
    if origin is tuple:
        return isinstance(value, tuple) and all(_fits(item, inner[0]) for item in value)
    if origin is Mapping:
        return isinstance(value, Mapping) and all(
            _fits(key, inner[0]) and _fits(item, inner[1]) for key, item in value.items()
        )
    if hint is Any:
        return True
    if not isinstance(value, hint):
        return False
    return not is_dataclass(hint) or all(_fits(item, kind) for _, kind, item in _fields(value))


def _in_words(hint: Any) -> str:
    """Describe an annotated type for a message."""
    if hint is str:
        return "a string"
    if hint == tuple[str, ...]:
        return "a tuple like ('.txt',)"
    if get_origin(hint) is tuple:
        return f"a tuple of {get_args(hint)[0].__name__} with all their fields of the right type"
    if get_origin(hint) is Mapping:
        return f"a mapping to values that are {_in_words(get_args(hint)[1]).removeprefix('a ')}"
    return f"a {getattr(hint, '__name__', hint)}"
