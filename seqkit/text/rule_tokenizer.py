"""spaCy's tokenizer in Python, for the rules of `seqkit.text.language_rules`: the same words, without importing spaCy.

The steps are those of `spacy.tokenizer.Tokenizer`: affixes are removed from each run of non-space characters until it
is a special case or has none left, and the rest is split at infixes. Then special cases are searched in the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from seqkit.text.language_rules import Cases, LanguageRules, language_rules
from seqkit.text.token_cache import Words, pieces_of

_RUN = re.compile(r"(\s*)(\S+)")


class Token(NamedTuple):
    """A word, or separate white space."""

    text: str
    space: str = ""
    """A blank after it, or ""."""


class RuleTokenizer:
    """Splits text by the rules of a language."""

    def __init__(self, rules: LanguageRules) -> None:
        self._rules = rules
        self._patterns: dict[str, list[tuple[str, ...]]] = {}
        """First word -> the words of special cases that begin with it, as the other rules split them."""
        for case in sorted(rules.cases):
            if " " in case or self._has_affix(case):
                words = tuple(token.text for token in self._tokens(case, {}))
                self._patterns.setdefault(words[0], []).append(words)

    @property
    def cases(self) -> Cases:
        """The special cases and the words of each."""
        return self._rules.cases

    def joined(self) -> Iterator[tuple[str, str]]:
        """Yield pairs of adjacent words of special cases, as the other rules split them."""
        for patterns in self._patterns.values():
            yield from (pair for words in patterns for pair in pairwise(words))

    def __call__(self, text: str) -> Words:
        """As `seqkit.text.token_cache.split_words`."""
        words: list[str] = []
        spaces = [""]
        for piece in pieces_of(text):
            for token in self._with_cases(self._tokens(piece, self._rules.cases)):
                if token.text.isspace():
                    spaces[-1] += token.text + token.space
                else:
                    words.append(token.text)
                    spaces.append(token.space)
        return spaces[0], words, spaces[1:]

    def _has_affix(self, text: str) -> bool:
        rules = self._rules
        return any(
            pattern is not None and pattern.search(text)
            for pattern in (rules.prefix, rules.infix, rules.suffix)
        )

    def _tokens(self, text: str, cases: Cases) -> list[Token]:
        """The tokens of a text. A single blank belongs to the preceding word, other white space is a token."""
        tokens: list[Token] = []
        end = 0
        for found in _RUN.finditer(text):
            _add_space(tokens, found[1])
            tokens += map(Token, self._split(found[2], cases))
            end = found.end()
        _add_space(tokens, text[end:])
        return tokens

    def _split(self, run: str, cases: Cases) -> list[str]:
        rest, prefixes, suffixes = self._without_affixes(run, cases)
        return [*prefixes, *self._inner(rest, cases), *reversed(suffixes)]

    def _without_affixes(self, run: str, cases: Cases) -> tuple[str, list[str], list[str]]:
        """The rest of a run, the affixes before it, and those after it, outermost first."""
        prefixes: list[str] = []
        suffixes: list[str] = []
        size, token_match = 0, self._rules.token_match
        while run and len(run) != size and run not in cases and not (token_match and token_match(run)):
            size = len(run)
            before = _length(self._rules.prefix, run)
            if before and run[before:] in cases:
                prefixes.append(run[:before])
                return run[before:], prefixes, suffixes
            after = _length(self._rules.suffix, run[before:])
            if after and run[:-after] in cases:
                suffixes.append(run[-after:])
                return run[:-after], prefixes, suffixes
            if before and before + after > size:
                after = 0
            if before:
                prefixes.append(run[:before])
            if after:
                suffixes.append(run[-after:])
            run = run[before : size - after]
        return run, prefixes, suffixes

    def _inner(self, run: str, cases: Cases) -> Iterator[str]:
        """The words of a run without affixes."""
        rules = self._rules
        if not run:
            return
        if run in cases:
            yield from cases[run]
            return
        if rules.infix is None or (rules.token_match and rules.token_match(run)):
            yield run
            return
        infixes = [(found.start(), found.end()) for found in rules.infix.finditer(run)]
        if not infixes or (rules.url_match and rules.url_match(run)):
            yield run
            return
        start = 0
        for first, after in infixes:
            if first:
                yield from filter(None, (run[start:first], run[first:after]))
                start = after
        if run[start:]:
            yield run[start:]

    def _with_cases(self, tokens: list[Token]) -> list[Token]:
        """Apply special cases to the tokens: the longest first, then the leftmost."""
        found = [
            (at, at + len(words))
            for at, token in enumerate(tokens)
            for words in self._patterns.get(token.text, ())
            if len(words) == 1 or tuple(other.text for other in tokens[at : at + len(words)]) == words
        ]
        if not found:
            return tokens
        return self._replaced(tokens, _apart(set(found)))

    def _replaced(self, tokens: list[Token], spans: list[tuple[int, int]]) -> list[Token]:
        replaced: list[Token] = []
        end = 0
        for first, after in spans:
            replaced += tokens[end:first]
            last = tokens[after - 1]
            text = "".join(map("".join, tokens[first : after - 1])) + last.text
            words = self._rules.cases.get(text)
            if words is None:  # there is white space between the words of the case
                replaced += tokens[first:after]
            else:
                replaced += [*map(Token, words[:-1]), Token(words[-1], last.space)]
            end = after
        return replaced + tokens[end:]


def _apart(found: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of overlapping spans the longest, then the leftmost; spans that are left out still exclude others."""
    taken: set[int] = set()
    chosen = []
    for first, after in sorted(found, key=lambda span: (span[0] - span[1], span[0])):
        if first not in taken and after - 1 not in taken:
            chosen.append((first, after))
        taken.update(range(first, after))
    return sorted(chosen)


def _add_space(tokens: list[Token], space: str) -> None:
    """Append white space to the tokens."""
    if space[:1] == " " and tokens:
        tokens[-1] = tokens[-1]._replace(space=" ")
        space = space[1:]
    if space:
        tokens.append(Token(space))


def _length(affix: re.Pattern[str] | None, run: str) -> int:
    found = affix.search(run) if affix is not None else None
    return len(found[0]) if found else 0


def rule_tokenizer(language: str) -> RuleTokenizer | None:
    """The tokenizer of a language by its code; None if spaCy is needed."""
    rules = language_rules(language)
    return None if rules is None else RuleTokenizer(rules)
