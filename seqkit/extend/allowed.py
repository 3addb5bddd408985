"""The allow-list of third-party plugins. It limits which plugins are imported, but is not a sandbox.

The list is in the environment variable SEQKIT_PLUGINS (names separated by commas; empty: none) or, if it is not set, in
the key `plugins` of the user's `config.toml`. Without a list every installed plugin is imported.
"""

from __future__ import annotations

import os
from pathlib import Path

from seqkit.config.toml_files import parse_toml
from seqkit.errors import SeqkitError
from seqkit.io.user_folders import user_config

FILE = "config.toml"


def allowed_plugins() -> frozenset[str] | None:
    """Return the third-party plugins that may be imported; None: all. Raises SeqkitError for an invalid file."""
    names = os.environ.get("SEQKIT_PLUGINS")
    if names is not None:
        return frozenset(name.strip() for name in names.split(",")) - {""}
    return _of_file(user_config() / FILE)


def allow_list_source() -> str:
    """Return the source of the allow-list, for messages: the variable, or the path of the file."""
    return "SEQKIT_PLUGINS" if "SEQKIT_PLUGINS" in os.environ else str(user_config() / FILE)


def _of_file(path: Path) -> frozenset[str] | None:
    """The key `plugins` of a file; None if the file or the key does not exist."""
    try:
        content = parse_toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:  # ValueError: invalid TOML or UTF-8
        raise SeqkitError(f"{path}: cannot be read ({error})", "Correct the file, or delete it.") from None
    names = content.get("plugins")
    if names is None:
        return None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SeqkitError(f"{path}: 'plugins' is not a list of names", 'Write it as plugins = ["lem"].')
    return frozenset(names)
