"""The rules by which spaCy splits a language into words, read from its installed files without importing it.

Importing spaCy takes more than a second, because it imports torch; its tables of a language are plain Python that runs
in 20 ms. This module runs the tables of the installed spaCy with stand-ins for the rest of spaCy. Languages with their
own tokenizer, or registered by another package, cannot be read in this way and are left to spaCy.
"""

from __future__ import annotations

import builtins
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from seqkit.extend.manager import registry

Match = Callable[[str], object]
Cases = Mapping[str, tuple[str, ...]]
"""Special case -> its words, which joined are the case."""


@dataclass(frozen=True)
class LanguageRules:
    """The arguments of `spacy.tokenizer.Tokenizer`."""

    cases: Cases
    prefix: re.Pattern[str] | None
    suffix: re.Pattern[str] | None
    infix: re.Pattern[str] | None
    token_match: Match | None
    """Matches a run that is not split."""
    url_match: Match | None


def language_rules(language: str) -> LanguageRules | None:
    """The rules of a language by its code; None if spaCy is needed."""
    found = find_spec("spacy")
    registered = registry().installed.select(group="spacy_languages").names
    if found is None or not found.submodule_search_locations or language in registered:
        return None
    root = Path(next(iter(found.submodule_search_locations)))
    if not (root / "lang" / language / "__init__.py").is_file():
        return None
    try:
        return _rules(_Tables(root).defaults(language))
    except Exception:  # another version of spaCy, with a different layout of files
        return None


def _rules(defaults: Any) -> LanguageRules | None:
    if defaults.config is not None:  # the language has its own tokenizer
        return None
    cases = {
        case: tuple(word["ORTH"] for word in words) for case, words in defaults.tokenizer_exceptions.items()
    }
    if any("".join(words) != case for case, words in cases.items()):
        return None
    return LanguageRules(
        cases,
        _any_of("^" + piece for piece in defaults.prefixes or () if piece.strip()),
        _any_of(piece + "$" for piece in defaults.suffixes or () if piece.strip()),
        _any_of(piece for piece in defaults.infixes or () if piece.strip()),
        defaults.token_match,
        defaults.url_match,
    )


def _any_of(pieces: Iterable[str]) -> re.Pattern[str] | None:
    expression = "|".join(pieces)
    return re.compile(expression) if expression else None


class _Anything:
    """Stand-in for objects that the tables do not use: can be called, subscripted, used as decorator and subclassed."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Return the function if used as a decorator, else the stand-in."""
        alone = len(arguments) == 1 and not named and callable(arguments[0])
        return arguments[0] if alone else self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return ()


class _Tables:
    """Modules of `spacy.lang`, run outside `sys.modules`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._modules = {
            "": ModuleType("spacy"),
            "symbols": _module("symbols", __getattr__=lambda name: name),
            "util": _module("util", update_exc=update_exc, __getattr__=_anything),
        }

    def defaults(self, language: str) -> Any:
        """The class `Language.Defaults` of a language."""
        module = self._load(f"lang.{language}")
        return getattr(module, module.__all__[0]).Defaults

    def _load(self, name: str) -> ModuleType:
        """A module by its name within spaCy; a stand-in for one outside `spacy.lang`."""
        if name not in self._modules:
            if name == "language":
                self._modules[name] = self._language()
            elif name.partition(".")[0] == "lang":
                self._run(name)
            else:
                self._modules[name] = _module(name, __getattr__=_anything)
        return self._modules[name]

    def _run(self, name: str) -> None:
        """Run a module of `spacy.lang` with the imports of this class."""
        path = self._root.joinpath(*name.split("."))
        package = name if path.is_dir() else name.rpartition(".")[0]
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")

        def imported(
            wanted: str, _globals: Any = None, _locals: Any = None, names: Sequence[str] = (), level: int = 0
        ) -> Any:
            return self._import(package, wanted, names or (), level)

        self._modules[name] = module = _module(
            f"spacy.{name}", __builtins__={**vars(builtins), "__import__": imported}
        )
        # The loader uses the compiled file (.pyc) if there is one.
        SourceFileLoader(module.__name__, str(file)).exec_module(module)

    def _import(self, package: str, wanted: str, names: Sequence[str], level: int) -> Any:
        """The result of an import statement in a module of `package`."""
        top, _, rest = wanted.partition(".")
        if level == 0 and top != "spacy":
            return __import__(wanted, None, None, names) if top in sys.stdlib_module_names else _Anything()
        parts = package.split(".")
        base = [] if level == 0 else parts[: len(parts) - level + 1]
        name = ".".join(filter(None, [*base, rest if level == 0 else wanted]))
        module = self._load(name)
        for part in names:
            if part not in vars(module) and "__getattr__" not in vars(module):
                setattr(module, part, self._load(f"{name}.{part}".lstrip(".")))
        return module

    def _language(self) -> ModuleType:
        """A stand-in for `spacy.language`, with the default settings of a language."""
        tables, marks = self._load("lang.tokenizer_exceptions"), self._load("lang.punctuation")
        settings = {
            "config": None,
            "lex_attr_getters": {},
            "stop_words": set(),
            "tokenizer_exceptions": tables.BASE_EXCEPTIONS,
            "prefixes": marks.TOKENIZER_PREFIXES,
            "suffixes": marks.TOKENIZER_SUFFIXES,
            "infixes": marks.TOKENIZER_INFIXES,
            "token_match": None,
            "url_match": tables.URL_MATCH,
        }
        defaults = type("BaseDefaults", (), settings)
        language = type("Language", (), {"Defaults": defaults, "factory": _Anything()})
        return _module("language", BaseDefaults=defaults, Language=language, __getattr__=_anything)


def _module(name: str, **attributes: Any) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(attributes)
    return module


def _anything(name: str) -> _Anything:
    if name.startswith("__"):
        raise AttributeError(name)
    return _Anything()


Exceptions = dict[str, list[dict[str, str]]]
"""Special cases in the form of spaCy's tables."""


def update_exc(base: Exceptions, *additions: Exceptions) -> Exceptions:
    """As `spacy.util.update_exc`: the union of the cases, plus variants with typographic apostrophes."""
    cases = dict(base)
    for more in additions:
        cases.update(more)
    typographic = {
        case.replace("'", "’"): [{**word, "ORTH": word["ORTH"].replace("'", "’")} for word in words]
        for case, words in cases.items()
        if "'" in case
    }
    return cases | typographic
