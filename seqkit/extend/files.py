"""Load plugins from single files (`--plugin ./my_plugin.py`), to try a plugin without a package.

The environment variable SEQKIT_PLUGIN_FILES contains their paths, so that worker processes load them, too. The file is
imported as a module with its stem as name; other files in its folder cannot be imported.
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
    """Add the files of a command line to the plugin files of this process. Raises SeqkitError for an invalid file."""
    paths = [checked(path) for path in named_in(arguments)]
    known = plugin_files()
    every = list(dict.fromkeys([*known, *paths]))
    if every:
        os.environ[VARIABLE] = os.pathsep.join(map(str, every))
        install_finder()


def named_in(arguments: Sequence[str]) -> list[str]:
    """Return the values of `--plugin` before `--`."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    joined = [one.partition("=")[2] for one in options if one.startswith(f"{OPTION}=")]
    return joined + [value for option, value in itertools.pairwise(options) if option == OPTION]


def checked(path: str) -> Path:
    """Return the absolute path of a plugin file. Raises SeqkitError if it is missing, or cannot be a module."""
    file = Path(path).absolute()
    if not file.is_file():
        raise SeqkitError(f"{OPTION} {path}: no such file", "Check the path.", exit_code=2)
    if file.suffix != ".py" or not file.stem.isidentifier():
        fix = "Rename it: letters, digits and _, such as my_plugin.py."
        raise SeqkitError(f"{OPTION} {path}: not the name of a Python module", fix, exit_code=2)
    if file not in plugin_files() and (file.stem in sys.modules or find_spec(file.stem) is not None):
        fix = "Rename the file, such as my_plugin.py."
        raise SeqkitError(f"{OPTION} {path}: '{file.stem}' is the name of another module", fix, exit_code=2)
    return file


def plugin_files() -> list[Path]:
    """Return the plugin files of this process."""
    paths = os.environ.get(VARIABLE, "")
    return [Path(path) for path in paths.split(os.pathsep) if path]


def entry_points_of_files() -> list[tuple[str, str, EntryPoint]]:
    """Return for each plugin file its name, its version (from its content), and an entry point that loads it."""
    return [
        (path.name, version_of(path), EntryPoint(path.stem, path.stem, "seqkit")) for path in plugin_files()
    ]


def version_of(path: Path) -> str:
    """Return a version that identifies the content. Raises SeqkitError if the file cannot be read."""
    try:
        return "sha256." + hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    except OSError as error:
        raise SeqkitError(f"{path}: cannot be read ({error.strerror})", "Check the path.") from error


def install_finder() -> None:
    """Let `import my_plugin` find the plugin files."""
    if not any(isinstance(finder, PluginFileFinder) for finder in sys.meta_path):
        sys.meta_path.append(PluginFileFinder())


class PluginFileFinder(importlib.abc.MetaPathFinder):
    """Finds the plugin files of this process by their module names. Installed modules take precedence."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a plugin file; None for any other module."""
        for file in plugin_files():
            if file.stem == fullname:
                return spec_from_file_location(fullname, file)
        return None
