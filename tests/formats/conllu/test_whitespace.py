"""White space in MISC: megabytes of it in one place cost no more memory than the text itself, several times over."""

from __future__ import annotations

import tracemalloc

from seqkit.formats.conllu import whitespace
from seqkit.formats.conllu.whitespace import misc_of, space_after, space_before


def test_every_white_space_is_given_back():
    every = "".join(chr(code) for code in range(0x11000) if chr(code).isspace())
    misc = misc_of(every, every[::-1])
    assert misc.isascii() and " " not in misc and misc.count("|") == 1
    assert (space_after(misc), space_before(misc)) == (every, every[::-1])
    assert misc_of("\n\u2028", "\t") == "SpacesAfter=\\n\\u2028|SpacesBefore=\\t"


def test_megabytes_are_neither_cached_nor_multiplied():
    spaces = "\n" * 1_000_000
    cached = [one.cache_info().currsize for one in (whitespace._misc_of, whitespace._space_after)]
    tracemalloc.start()
    misc = misc_of("", spaces)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * len(spaces) and len(misc) == 2 * len(spaces) + len("SpaceAfter=No|SpacesBefore=")
    assert space_after(misc) == "" and space_before(misc) == spaces
    assert cached == [one.cache_info().currsize for one in (whitespace._misc_of, whitespace._space_after)]
