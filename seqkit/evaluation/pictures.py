"""Plots as files: formats by suffix, fonts for all scripts, atomic writes, no display needed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqkit.errors import SeqkitError
from seqkit.io.atomic import atomic_write

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PICTURES = ("png", "pdf", "svg")
"""Formats by suffix; the first is the default."""
UNDATED: dict[str, dict[str, Any]] = {"png": {}, "pdf": {"CreationDate": None}, "svg": {"Date": None}}
"""Metadata without the time, so that equal figures give equal bytes."""
FONTS = (
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "IPAexGothic", "Hiragino Sans", "MS Gothic", "Yu Gothic"),
    *("Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei", "Droid Sans Fallback", "Malgun Gothic"),
    *("Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil", "Noto Sans Thai", "Noto Sans Khmer"),
    *("Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Ethiopic", "Arial Unicode MS", "Noto Emoji"),
)
"""Fallback fonts for characters that the first font lacks, if installed."""


def check_picture(path: Path) -> None:
    """Raise SeqkitError for an unknown suffix or a missing folder."""
    picture_format(path)
    if not path.parent.is_dir():
        raise SeqkitError(f"{path.parent}: no such folder", "Create it first.", exit_code=2)


def picture_format(path: Path) -> str:
    """The format of a suffix. Raises SeqkitError for an unknown suffix."""
    suffix = path.suffix.lower().removeprefix(".") or PICTURES[0]
    if suffix not in PICTURES:
        known = ", ".join(f".{name}" for name in PICTURES)
        raise SeqkitError(
            f"{path}: .{suffix} is not a supported picture format", f"Choose {known}.", exit_code=2
        )
    return suffix


@contextmanager
def letters_of_any_script() -> Iterator[list[str]]:
    """A context in which plots use all installed fallback fonts. At its end the list has a warning on missing ones."""
    from matplotlib import font_manager, rc_context

    installed = {font.name for font in font_manager.fontManager.ttflist}
    families = ["DejaVu Sans", *(name for name in FONTS if name in installed)]
    missing: list[str] = []
    with (
        rc_context({"font.family": families, "svg.fonttype": "none", "svg.hashsalt": "seqkit"}),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        yield missing
    for warning in caught:
        if "Glyph" not in str(warning.message):
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    if any("Glyph" in str(warning.message) for warning in caught):
        missing.append(
            "no installed font has some of the letters, which are drawn as boxes: install one (Noto), or write .svg"
        )


def save_figure(figure: Figure, picture: Path) -> None:
    """Write a figure in the format of the suffix. Raises SeqkitError for a suffix that is not in `PICTURES`."""
    format = picture_format(picture)
    with atomic_write(picture) as file:
        figure.savefig(file, format=format, dpi=120, metadata=UNDATED[format])


def html_of(figure: Figure) -> str:
    """A figure as an HTML element with an embedded picture."""
    import base64
    from io import BytesIO

    file = BytesIO()
    figure.savefig(file, format="png", dpi=90, metadata=UNDATED["png"])
    return f'<img alt="" src="data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}">'


def plain(label: str) -> str:
    """Escape a label: matplotlib reads $…$ as mathematics."""
    return label.replace("$", r"\$")
