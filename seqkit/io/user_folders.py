"""The user's folders for data, caches and settings, by the platform's conventions (platformdirs)."""

from __future__ import annotations

import sys
from pathlib import Path

NAME = "seqkit"
VARIABLES = {"win32": "LOCALAPPDATA", "darwin": "HOME"}
"""Platform -> environment variable that sets the user's folders; other platforms follow the XDG specification."""
NO_HOME = Path("/nonexistent")
"""Replaces the home folder of a user without one. It does not exist and cannot be written."""


def user_data() -> Path:
    """Return the folder for persistent data; on Linux `$XDG_DATA_HOME/seqkit`, else `~/.local/share/seqkit`."""
    from platformdirs import user_data_path

    try:
        return user_data_path(NAME, appauthor=False)
    except RuntimeError:  # no HOME, and no entry for the user in passwd
        return NO_HOME / ".local" / "share" / NAME


def user_cache() -> Path:
    """Return the folder for caches; on Linux `$XDG_CACHE_HOME/seqkit`, else `~/.cache/seqkit`."""
    from platformdirs import user_cache_path

    try:
        return user_cache_path(NAME, appauthor=False)
    except RuntimeError:
        return NO_HOME / ".cache" / NAME


def user_config() -> Path:
    """Return the folder for the user's settings; on Linux `$XDG_CONFIG_HOME/seqkit`, else `~/.config/seqkit`."""
    from platformdirs import user_config_path

    try:
        return user_config_path(NAME, appauthor=False)
    except RuntimeError:
        return NO_HOME / ".config" / NAME


def unwritable_fix(variable: str) -> str:
    """Return the fix for a folder that is not writable. Args: variable, its name in the XDG specification."""
    return f"Set {VARIABLES.get(sys.platform, variable)} to a writable folder."
