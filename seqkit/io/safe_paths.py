"""Check the paths and URLs in a manifest, a listing or an archive.

A manifest must not make seqkit read or write files of this machine outside of its folder.
"""

from __future__ import annotations

import unicodedata
from pathlib import PureWindowsPath
from urllib.parse import urlsplit

LONGEST = 255
"""Maximum bytes of the name of a file or folder."""
SCHEMES = ("http", "https")
"""Allowed schemes. A `file:` URL could copy any file of this machine."""


def fault_of_path(path: str) -> str:
    """Return why a path is not safe below a folder; "" if it stays inside the folder on every system.

    Absolute paths, `..`, `~`, NUL and other control characters, and the empty path are refused.
    """
    # Windows paths have both separators, and drives.
    named = PureWindowsPath(path)
    if not named.parts:
        return "names no file"
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in path):
        return "has a control character"
    if any(len(part.encode("utf-8", "surrogatepass")) > LONGEST for part in named.parts):
        return "has a name of more than 255 bytes"
    if named.anchor:
        return "is absolute"
    if ".." in named.parts:
        return "leads out of its folder"
    if named.parts[0].startswith("~"):
        return "begins with ~, which means a user's folder"
    return ""


def fault_of_address(url: str) -> str:
    """Return why a URL must not be fetched; "" for http and https with a host."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        return f"is not an address ({error})"
    if parts.scheme not in SCHEMES or not parts.hostname:
        return "is not an http(s) address"
    if any(character.isspace() or unicodedata.category(character) == "Cc" for character in url):
        return "has a blank or a control character"
    return ""
