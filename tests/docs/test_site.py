"""The site that mkdocs builds from `docs/`: it loads nothing from another host, and its internal links work.

The build takes some ten seconds, so that most of these tests are slow ones.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import book
import pytest

ROOT = Path(__file__).parents[2]
CDN = re.compile(r"unpkg\.com|jsdelivr|cdnjs|googleapis|gstatic|cloudflare")
LOADED = {
    "img": ["src", "srcset"],
    "script": ["src"],
    "link": ["href"],
    "iframe": ["src"],
    "source": ["src", "srcset"],
    "object": ["data"],
    "use": ["href"],
}


class Page(HTMLParser):
    """The anchors of a page, the addresses it links to, and those it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = {name: value for name, value in attrs if value}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self.loads += [given[name] for name in LOADED.get(tag, []) if name in given]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The folder of the built site. A warning, such as a page without a place in the navigation, fails the build."""
    pytest.importorskip("mkdocs", reason="needs the extra `docs`")
    pytest.importorskip("mkdocstrings", reason="needs the extra `docs`")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Page]:
    """Every page of the site but the one for missing addresses, whose links are absolute."""
    return {path: Page(path) for path in site.rglob("*.html") if path.name != "404.html"}


@pytest.mark.slow
def test_every_page_of_the_book_is_built(pages, site):
    sources = [
        path.relative_to(ROOT / "docs").with_suffix(".html")
        for path in (ROOT / "docs").rglob("*.md")
        if "examples" not in path.parts
    ]
    assert {path.relative_to(site) for path in pages} == set(sources)


@pytest.mark.slow
def test_pages_load_nothing_from_another_host(pages):
    assert {load for page in pages.values() for load in page.loads if urlsplit(load).netloc} == set()


@pytest.mark.slow
def test_styles_and_scripts_load_nothing_from_another_host(site):
    styles = "\n".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    loaded = re.findall(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", styles)
    assert loaded
    assert [found for found in loaded if urlsplit("".join(found)).netloc] == []
    scripts = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.js")}
    assert [path.name for path, text in scripts.items() if CDN.search(text)] == []


@pytest.mark.slow
def test_fonts_and_pictures_of_styles_are_there(site):
    for path in site.rglob("*.css"):
        for target in re.findall(r"url\(\s*['\"]?([^'\")]+)", path.read_text(encoding="utf-8")):
            if not target.startswith(("data:", "#")):
                assert (path.parent / target.partition("?")[0].partition("#")[0]).is_file(), target


@pytest.mark.slow
def test_internal_links_lead_to_a_page_and_an_anchor(pages):
    broken = []
    for path, page in pages.items():
        for link in [*page.links, *page.loads]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor_is_there = (
                target not in pages or not parts.fragment or unquote(parts.fragment) in pages[target].ids
            )
            if not target.exists() or not anchor_is_there:
                broken.append((path.name, link))
    assert broken == []


@pytest.mark.slow
def test_equations_are_marked_for_katex(pages, site):
    (path,) = [path for path in pages if path.name == "learning.html"]
    assert '<div class="arithmatex">\\[' in path.read_text(encoding="utf-8")
    assert {"assets/katex/katex.min.js", "assets/math.js"} <= set(pages[site / "index.html"].loads)


def test_navigation_has_the_sections_of_the_index():
    index = (
        "# Book\n\n## Guides\n\n- [A](a.md): text\n\n### Deep\n\n- [B](b/c.md)\n\n## Results\n\n- [D](d.md)\n"
    )
    assert book.navigation(index) == [
        {"seqkit": "index.md"},
        {"Guides": [{"A": "a.md"}, {"Deep": [{"B": "b/c.md"}]}]},
        {"Results": [{"D": "d.md"}]},
    ]
