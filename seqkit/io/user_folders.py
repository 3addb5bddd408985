"""The user's folders for data, caches and settings, by the rules of the platform (platformdirs)."""

from __future__ import annotations

import sys
from pathlib import Path

NAME = "seqkit"
VARIABLES = {"win32": "LOCALAPPDATA", "darwin": "HOME"}
"""Platform -> environment variable that moves the user's folders; elsewhere those of the XDG specification."""
NO_HOME = Path("/nonexistent")
"""In place of the home of a user without one: nothing is found there, and nothing can be written."""


def user_data() -> Path:
    """The folder for data that the user deletes; on Linux `$XDG_DATA_HOME/seqkit`, else `~/.local/share/seqkit`."""
    from platformdirs import user_data_path

    try:
        return user_data_path(NAME, appauthor=False)
    except RuntimeError:  # no HOME, and no entry for the user in passwd
        return NO_HOME / ".local" / "share" / NAME


def user_cache() -> Path:
    """The folder for files that can be recreated; on Linux `$XDG_CACHE_HOME/seqkit`, else `~/.cache/seqkit`."""
    from platformdirs import user_cache_path

    try:
        return user_cache_path(NAME, appauthor=False)
    except RuntimeError:
        return NO_HOME / ".cache" / NAME


def user_config() -> Path:
    """The folder for the user's settings; on Linux `$XDG_CONFIG_HOME/seqkit`, else `~/.config/seqkit`."""
    from platformdirs import user_config_path

    try:
        return user_config_path(NAME, appauthor=False)
    except RuntimeError:
        return NO_HOME / ".config" / NAME


def way_to_move(variable: str) -> str:
    """The advice if such a folder is not writable. Args: variable, that of the XDG specification."""
    return f"Set {VARIABLES.get(sys.platform, variable)} to a folder that can be written."
