"""Options: read them from TOML files and `key=value` settings, fill dataclasses with them, and check their values."""

from seqkit.config.checks import DEEPEST, LARGEST, MOST_PIECES, bytes_in, check_range, quoted
from seqkit.config.fill_options import RENAMED, fill
from seqkit.config.settings import flatten, parse_settings
from seqkit.config.toml_files import read_toml, to_toml

__all__ = [
    "DEEPEST",
    "LARGEST",
    "MOST_PIECES",
    "RENAMED",
    "bytes_in",
    "check_range",
    "fill",
    "flatten",
    "parse_settings",
    "quoted",
    "read_toml",
    "to_toml",
]
