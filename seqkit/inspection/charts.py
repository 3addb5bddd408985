"""Create plots as SVG for HTML pages, without a library: lines, histograms, heat maps. Values appear on hover.

Each mark has its text in the attribute `data-t`; a short script of the page displays it next to the pointer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 12, 40
COLOURS = ("#1b6ca8", "#d1495b", "#2e8b57", "#8d5a97", "#e08e0b", "#5c6b73", "#00798c", "#a44a3f")
MOST_POINTS = 200
"""Maximum points of a line."""
LEAST = 1e-16
"""Minimum value on a logarithmic axis; smaller values are drawn there."""
Points = Sequence[tuple[float, float]]


def lines(series: Mapping[str, Points], x_name: str, y_name: str, logarithmic: bool = False) -> str:
    """Draw lines over a common axis. Args: logarithmic, whether the vertical axis is logarithmic."""
    drawn = {name: _thinned(points) for name, points in series.items() if points}
    if not drawn:
        return ""
    value = (lambda y: math.log10(max(y, LEAST))) if logarithmic else (lambda y: y)
    xs = [x for points in drawn.values() for x, _ in points]
    ys = [value(y) for points in drawn.values() for _, y in points]
    place = _Place(min(xs), max(xs), min(ys), max(ys))
    marks = [_axes(place, x_name, y_name, logarithmic)]
    for number, (name, points) in enumerate(drawn.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{place.x(x):.1f},{place.y(value(y)):.1f}" for x, y in points)
        dashed = "" if name.startswith("measured") or len(drawn) == 1 else ' stroke-dasharray="5 3"'
        marks.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>')
        marks += [
            f'<circle cx="{place.x(x):.1f}" cy="{place.y(value(y)):.1f}" r="4" fill="{colour}" '
            f'fill-opacity="0.01" {_tooltip(f"{name}: {_number(y)} at {x_name} {_number(x)}")}/>'
            for x, y in points
        ]
    keys = "".join(
        f'<span><i style="background:{COLOURS[number % len(COLOURS)]}"></i>{escape(name)}</span>'
        for number, name in enumerate(drawn)
    )
    return f'{_svg(WIDTH, HEIGHT, marks)}<div class="keys">{keys}</div>'


def bars(counts: Sequence[int], low: float, high: float, name: str) -> str:
    """Draw a histogram. Args: counts, of bins of equal width from `low` to `high`; name, of the horizontal axis."""
    place = _Place(low, high, 0.0, float(max([*counts, 1])))
    total, step = max(sum(counts), 1), (high - low) / len(counts)
    marks = [_axes(place, name, "count", False)]
    for number, count in enumerate(counts):
        left, right = place.x(low + number * step), place.x(low + (number + 1) * step)
        top = place.y(count)
        text = f"{low + number * step:.2f} to {low + (number + 1) * step:.2f}: {100 * count / total:.1f} %"
        marks.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left - 1:.1f}" '
            f'height="{place.y(0) - top:.1f}" fill="{COLOURS[0]}" {_tooltip(text)}/>'
        )
    return _svg(WIDTH, HEIGHT, marks)


def picture(
    values: Sequence[Sequence[float]], rows: Sequence[str], columns: Sequence[str], signed: bool = False
) -> str:
    """Draw a heat map with a cell for each value. Args: signed, whether to colour negative values red."""
    if not values or not values[0]:
        return ""
    cell = max(10, min(28, 900 // max(len(values), len(values[0]))))
    left = 12 + 7 * max(min(len(name), 14) for name in rows)
    above = 12 + 7 * max(min(len(name), 14) for name in columns)
    largest = max(max(abs(value) for value in row) for row in values) or 1.0
    marks = []
    for t, row in enumerate(values):
        marks.append(_label(left - 5, above + t * cell + cell * 0.7, rows[t], "end"))
        for s, value in enumerate(row):
            text = f"{rows[t]} ← {columns[s]}: {_number(value)}" if s < len(columns) else _number(value)
            marks.append(
                f'<rect x="{left + s * cell}" y="{above + t * cell}" width="{cell - 1}" height="{cell - 1}" '
                f'fill="{_shade(value / largest, signed)}" {_tooltip(text)}/>'
            )
    for s, name in enumerate(columns[: len(values[0])]):
        x, y = left + s * cell + cell * 0.7, above - 5
        marks.append(f'<text x="{x}" y="{y}" transform="rotate(-90 {x} {y})">{escape(name[:14])}</text>')
    return _svg(left + cell * len(values[0]) + 8, above + cell * len(values) + 8, marks)


def _shade(share: float, signed: bool) -> str:
    """The colour of a share: white at 0, dark at 1; red for negative shares if `signed`."""
    depth = min(abs(share) ** 0.6, 1.0)
    dark = (178, 24, 43) if signed and share < 0 else (12, 76, 129)
    return "#" + "".join(f"{round(255 + (channel - 255) * depth):02x}" for channel in dark)


class _Place:
    """Converts values to coordinates in the drawing."""

    def __init__(self, x0: float, x1: float, y0: float, y1: float) -> None:
        self.x0, self.x1 = x0, x1 if x1 > x0 else x0 + 1
        self.y0, self.y1 = y0, y1 if y1 > y0 else y0 + 1

    def x(self, value: float) -> float:
        return LEFT + (value - self.x0) / (self.x1 - self.x0) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.y0) / (self.y1 - self.y0) * (HEIGHT - TOP - BOTTOM)


def _axes(place: _Place, x_name: str, y_name: str, logarithmic: bool) -> str:
    marks = []
    for number in range(5):
        x = place.x0 + (place.x1 - place.x0) * number / 4
        y = place.y0 + (place.y1 - place.y0) * number / 4
        shown = f"1e{y:.1f}" if logarithmic else _number(y)
        marks.append(f'<path d="M{LEFT} {place.y(y):.1f}H{WIDTH - RIGHT}" class="grid"/>')
        marks.append(_label(LEFT - 6, place.y(y) + 4, shown, "end"))
        marks.append(_label(place.x(x), HEIGHT - BOTTOM + 16, _number(x), "middle"))
    marks.append(_label((LEFT + WIDTH) / 2, HEIGHT - 6, x_name, "middle"))
    middle = (HEIGHT - BOTTOM) / 2
    marks.append(
        f'<text x="14" y="{middle}" transform="rotate(-90 14 {middle})" text-anchor="middle">{escape(y_name)}</text>'
    )
    return "".join(marks)


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text[:40])}</text>'


def _tooltip(text: str) -> str:
    return f'data-t="{escape(text, quote=True)}"'


def _svg(width: float, height: float, marks: Sequence[str]) -> str:
    return f'<svg width="{width:.0f}" height="{height:.0f}" role="img">{"".join(marks)}</svg>'


def _number(value: float) -> str:
    return f"{value:.4g}"


def _thinned(points: Points) -> Points:
    """Reduce a line with more than MOST_POINTS points to every n-th point and the last one."""
    if len(points) <= MOST_POINTS:
        return points
    step = math.ceil(len(points) / MOST_POINTS)
    return [*points[::step], *([] if (len(points) - 1) % step == 0 else [points[-1]])]
