"""Plugins from single files, as `--plugin ./my_plugin.py` names them: for trying out, without a package.

The environment variable SEQKIT_PLUGIN_FILES has their paths, so that worker processes load them, too. Such a file is
imported as a module of its name; nothing else of its folder can be imported.
"""

from __future__ import annotations

import hashlib
import importlib.abc
import itertools
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint
from importlib.util import find_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from seqkit.errors import SeqkitError

OPTION = "--plugin"
VARIABLE = "SEQKIT_PLUGIN_FILES"


def take_files(arguments: Sequence[str]) -> None:
    """Add the files that a command line names to those of this process. Raises SeqkitError for an unusable one."""
    paths = [checked(path) for path in named_in(arguments)]
    known = plugin_files()
    every = list(dict.fromkeys([*known, *paths]))
    if every:
        os.environ[VARIABLE] = os.pathsep.join(map(str, every))
        install_finder()


def named_in(arguments: Sequence[str]) -> list[str]:
    """The values of `--plugin` before `--`."""
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    found = [one.partition("=")[2] for one in before if one.startswith(f"{OPTION}=")]
    return found + [value for option, value in itertools.pairwise(before) if option == OPTION]


def checked(path: str) -> Path:
    """The absolute path of a plugin file. Raises SeqkitError if it is missing, or cannot be a module."""
    found = Path(path).absolute()
    if not found.is_file():
        raise SeqkitError(f"{OPTION} {path}: no such file", "Check the path.", exit_code=2)
    if found.suffix != ".py" or not found.stem.isidentifier():
        fix = "Rename it: letters, digits and _, such as my_plugin.py."
        raise SeqkitError(f"{OPTION} {path}: not the name of a Python module", fix, exit_code=2)
    if found not in plugin_files() and (found.stem in sys.modules or find_spec(found.stem) is not None):
        fix = "Rename the file, such as my_plugin.py."
        raise SeqkitError(f"{OPTION} {path}: '{found.stem}' is another module's name", fix, exit_code=2)
    return found


def plugin_files() -> list[Path]:
    """The plugin files of this process."""
    given = os.environ.get("SEQKIT_PLUGIN_FILES", "")
    return [Path(path) for path in given.split(os.pathsep) if path]


def entry_points_of_files() -> list[tuple[str, str, EntryPoint]]:
    """For each plugin file its name, its version (from its content), and an entry point that loads it."""
    return [
        (path.name, version_of(path), EntryPoint(path.stem, path.stem, "seqkit")) for path in plugin_files()
    ]


def version_of(path: Path) -> str:
    """A version that changes with the content. Raises SeqkitError if the file cannot be read."""
    try:
        return "sha256." + hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    except OSError as error:
        raise SeqkitError(f"{path}: cannot be read ({error.strerror})", "Check the path.") from error


def install_finder() -> None:
    """Let `import my_plugin` find the plugin files."""
    if not any(isinstance(finder, PluginFileFinder) for finder in sys.meta_path):
        sys.meta_path.append(PluginFileFinder())


class PluginFileFinder(importlib.abc.MetaPathFinder):
    """Finds the plugin files of this process by their module names, after everything that is installed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a plugin file; None for any other module."""
        for file in plugin_files():
            if file.stem == fullname:
                return spec_from_file_location(fullname, file)
        return None
