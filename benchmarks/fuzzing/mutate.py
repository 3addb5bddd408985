"""Hostile variants of valid files: random changes of bytes, and structural changes of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

PARTS = (
    *(
        b"\0",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\n",
        b"\t",
        b"\t\t",
        b" ",
        b"",
        b"_",
        b"#",
        b"# newdoc id = ",
        b"-",
        b".",
    ),
    *(
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xc3",
        b"\xed\xa0\x80",
        "\u2028".encode(),
        "\x85".encode(),
        "\u00a0".encode(),
    ),
    *(b"\x1b[31m", b"\x1b]0;x\x07", b"\x9b", "\u202e".encode(), "\u200d".encode(), "\U0001f600".encode()),
    *(
        b"1-2",
        b"2-1",
        b"0.1",
        b"99999999999999999999999",
        b"-1",
        b"1e400",
        b"NaN",
        b"Infinity",
        b"true",
        b"null",
    ),
    *(
        b'"',
        b"'",
        b"\\",
        b"\\u0000",
        b"\\ud800",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b"[" * 200,
        b'{"a":' * 200,
    ),
    *(
        b"9" * 5000,
        b"a" * 70_000,
        b"=",
        b"|",
        b"SpacesAfter=\\n",
        b"SpaceAfter=No",
        b"\x1f\x8b\x08",
        b"PK\x03\x04",
    ),
)
"""Byte strings that mutations insert into files."""

VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2,
        1.5,
        -0.0,
        1e308,
        10**18,
        10**30,
        -(10**30),
        float("nan"),
        float("inf"),
    ),
    *(
        "",
        "a",
        "_",
        "\0",
        "\ud800",
        "\n",
        "\t",
        "\x1b[31m",
        "../../x",
        "/etc/passwd",
        "~",
        "x" * 5000,
        "upos",
        "en",
    ),
    *([], [None], [[]], [1], ["a"], ["a", "a"], [["a"]], {}, {"a": 1}, {"": None}, [10**30], [-1], [1e308]),
)
"""Values that replace a value in JSON."""
NESTED = 50


def bytes_mutated(data: bytes, random: Random, other: bytes = b"") -> bytes:
    """Apply one to four changes to the data. Args: other, data from which parts are copied."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 4)):
        random.choice(CHANGES)(changed, random, other or data)
    return bytes(changed)


def _insert(data: bytearray, random: Random, other: bytes) -> None:
    at = random.randint(0, len(data))
    data[at:at] = random.choice(PARTS)


def _replace(data: bytearray, random: Random, other: bytes) -> None:
    at = random.randint(0, len(data))
    data[at : at + random.choice((1, 1, 2, 5, 20))] = random.choice(PARTS)


def _flip(data: bytearray, random: Random, other: bytes) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _noise(data: bytearray, random: Random, other: bytes) -> None:
    at = random.randint(0, len(data))
    data[at : at + random.randint(0, 8)] = random.randbytes(random.randint(0, 8))


def _delete(data: bytearray, random: Random, other: bytes) -> None:
    at = random.randint(0, len(data))
    del data[at : at + random.choice((1, 2, 8, 64, 1000))]


def _repeat(data: bytearray, random: Random, other: bytes) -> None:
    at = random.randint(0, len(data))
    part = bytes(data[at : at + random.choice((1, 8, 64))])
    data[at:at] = part * random.choice((1, 2, 30))


def _cut(data: bytearray, random: Random, other: bytes) -> None:
    del data[random.randint(0, len(data)) :]


def _splice(data: bytearray, random: Random, other: bytes) -> None:
    at, start = random.randint(0, len(data)), random.randint(0, len(other))
    data[at : at + random.choice((0, 10, 100))] = other[start : start + random.choice((5, 50, 500))]


def _swap_lines(data: bytearray, random: Random, other: bytes) -> None:
    lines = bytes(data).split(b"\n")
    a, b = random.randrange(len(lines)), random.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    data[:] = b"\n".join(lines)


def _cell(data: bytearray, random: Random, other: bytes) -> None:
    lines = bytes(data).split(b"\n")
    at = random.randrange(len(lines))
    cells = lines[at].split(b"\t")
    cells[random.randrange(len(cells))] = random.choice(PARTS)
    lines[at] = b"\t".join(cells)
    data[:] = b"\n".join(lines)


CHANGES: tuple[Callable[[bytearray, Random, bytes], None], ...] = (
    *(_insert, _replace, _flip, _noise, _delete, _repeat, _cut, _splice, _swap_lines, _cell),
)


def json_mutated(value: Any, random: Random) -> Any:
    """Replace, delete or add one part of a value. Lists and objects are changed in place."""
    places = list(_places(value))
    if not places or random.random() < 0.03:
        return random.choice(VALUES)
    holder, key = random.choice(places)
    kind = random.random()
    if kind < 0.1 and isinstance(holder, dict):
        del holder[key]
    elif kind < 0.2 and isinstance(holder, dict):
        holder[random.choice(("x", "", "\ud800", "upos", "words", "9" * 300))] = random.choice(VALUES)
    elif kind < 0.3 and isinstance(holder, list):
        holder[key : key + 1] = [random.choice(VALUES)] * random.choice((0, 2, 1000))
    elif kind < 0.35:
        holder[key] = _nested(random)
    else:
        holder[key] = random.choice(VALUES)
    return value


def _places(value: Any, depth: int = 0) -> Any:
    """Yield (list or object, index or key) of every value; only the first values of long lists."""
    if depth > NESTED:
        return
    if isinstance(value, dict):
        for key in list(value)[:50]:
            yield value, key
            yield from _places(value[key], depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value[:20]):
            yield value, index
            yield from _places(item, depth + 1)


def _nested(random: Random) -> Any:
    value: Any = 1
    for _ in range(random.choice((10, 99, 300))):
        value = [value] if random.random() < 0.5 else {"a": value}
    return value


def json_bytes(value: Any, random: Random) -> bytes:
    """Serialize the value as JSON; occasionally an integer gets thousands of digits."""
    text = json.dumps(value, ensure_ascii=True)
    if random.random() < 0.05:
        text = text.replace(random.choice(("1", "0", "null", '"a"')), "9" * 5000, 1)
    return text.encode()


def text_of(random: Random) -> str:
    """A random string of several scripts, control characters, white space and surrogates."""
    kinds = random.choices(SCRIPTS, k=random.randint(1, 4))
    return "".join(
        chr(random.randint(*random.choice(kinds))) for _ in range(random.choice((0, 1, 3, 10, 40, 200)))
    )


SCRIPTS = (
    *((0x20, 0x7E), (0x61, 0x7A), (0x30, 0x39), (0, 0x1F), (0x80, 0x9F), (0xA0, 0x24F), (0x300, 0x36F)),
    *((0x370, 0x5FF), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F), (0x1100, 0x11FF), (0x2000, 0x206F)),
    *(
        (0x3040, 0x30FF),
        (0x4E00, 0x9FFF),
        (0xAC00, 0xD7A3),
        (0xE000, 0xF8FF),
        (0xFE00, 0xFE0F),
        (0xFFF0, 0xFFFF),
    ),
    *((0x1F300, 0x1FAFF), (0xE0000, 0xE007F), (0x10FF00, 0x10FFFF), (0x2E, 0x2E), (0x20, 0x20), (0x22, 0x2F)),
)
"""First and last code point of kinds of characters. Surrogates have a separate target."""
