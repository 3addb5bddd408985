"""MkDocs hooks: navigation from `docs/index.md`, modules of the API reference, removal of addresses of other hosts."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # mkdocs loads this file on its own

import api

ENTRY = re.compile(r"^- \[([^\]]+)\]\(([^)]+\.md)\)")
CDN = re.compile(r"https://unpkg\.com/[^\"'`]*")


def navigation(index: str) -> list[dict[str, Any]]:
    """The navigation that an index page describes: sections are its headings, entries its lists of links.

    A page that is listed in `docs/index.md` is in the site; a test checks that every page is listed.
    """
    found: list[dict[str, Any]] = [{"seqkit": "index.md"}]
    entries: list[Any] = found
    section: list[Any] = found
    for line in index.splitlines():
        if line.startswith("## "):
            section = entries = []
            found.append({line[3:]: section})
        elif line.startswith("### "):
            entries = []
            section.append({line[4:]: entries})
        elif entry := ENTRY.match(line):
            entries.append({entry[1]: entry[2]})
    return found


def on_config(config: Any) -> Any:
    """Read the navigation from the index page."""
    config.nav = navigation(Path(config.docs_dir, "index.md").read_text(encoding="utf-8"))
    return config


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Add to a page of the API reference the modules that mkdocstrings documents on it."""
    path = Path(page.file.src_uri)
    return f"{markdown}\n\n{api.directives(path.stem)}\n" if path.parent.name == "api" else markdown


def on_post_build(config: Any) -> None:
    """Remove the addresses from which the theme would load mermaid and a polyfill: no page needs either."""
    for script in Path(config.site_dir, "assets", "javascripts").rglob("*.js*"):
        text = script.read_text(encoding="utf-8")
        if CDN.search(text):
            script.write_text(CDN.sub("", text), encoding="utf-8")
