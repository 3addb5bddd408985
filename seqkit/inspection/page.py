"""Write an inspection as a self-contained HTML file: no URLs, no library, plots that show values on hover."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from seqkit.evaluation.report import Table
from seqkit.inspection.charts import bars, lines, picture
from seqkit.inspection.inspect import ChainFindings, Inspection
from seqkit.inspection.report import curves_of, tables_of, title_of
from seqkit.io.atomic import write_text

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:.5em 0 1.5em}
td,th{padding:.15em .7em;border-bottom:1px solid #ddd;text-align:left}
svg{display:block;max-width:100%}svg text{font-size:11px;fill:#333}.grid{stroke:#e4e4e4;fill:none}
.charts{display:flex;flex-wrap:wrap;gap:1em}figure{margin:0 0 1em;overflow:auto}figcaption{font-weight:600}
.keys span{margin-right:1em;font-size:13px}.keys i{display:inline-block;width:1.2em;height:.25em;margin-right:.4em}
#tip{position:fixed;background:#222;color:#fff;padding:.2em .6em;border-radius:4px;font-size:13px}
#tip{pointer-events:none;display:none}
"""
SCRIPT = """
const tip=document.getElementById('tip');
document.addEventListener('mousemove',e=>{const t=e.target.getAttribute&&e.target.getAttribute('data-t');
if(!t){tip.style.display='none';return}
tip.textContent=t;tip.style.display='block';tip.style.left=Math.min(e.clientX+14,innerWidth-300)+'px';tip.style.top=(e.clientY+14)+'px'});
"""
MOST_BYTES = 3_000_000
"""Maximum size of a page with heat maps; larger pages open slowly, and omit them."""


def write_page(path: Path, inspection: Inspection) -> None:
    """Write the page atomically."""
    page = page_of(inspection, pictures=True)
    if len(page.encode()) > MOST_BYTES:
        page = page_of(inspection, pictures=False)
    write_text(path, page)


def page_of(inspection: Inspection, pictures: bool) -> str:
    """Return the HTML of the page. Args: pictures, whether to include heat maps, with a cell for each pair of steps."""
    title = title_of(inspection)
    parts = [f"<h1>{escape(title)}</h1>", *(f"<p>{escape(note)}</p>" for note in inspection.notes)]
    tables = tables_of(inspection)
    parts += [_table(table) for table in tables[:1]]
    parts += [_chain(one) for one in inspection.chains]
    if pictures:
        parts += _pictures(inspection)
    parts += [_table(table) for table in tables[1:]]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body>{body}\n"
        f'<div id="tip"></div><script>{SCRIPT}</script></body></html>\n'
    )


def _chain(one: ChainFindings) -> str:
    """The plots of one layer."""
    figures = [
        _figure(
            "Gradient over distance, measured and predicted",
            lines(curves_of(one), "distance k", "relative norm", True),
        ),
        _figure(
            "Norm of the state over time",
            lines({name: norms.points for name, norms in one.use.norms.items()}, "step", "mean norm"),
        ),
    ]
    powers = {matrix.name: list(enumerate(matrix.powers)) for matrix in one.spectra if matrix.powers}
    if powers:
        figures.append(_figure("‖U^t z_0‖", lines(powers, "t", "norm", True)))
    spectra = {
        matrix.name: [(i + 1, value) for i, value in enumerate(matrix.singular)] for matrix in one.spectra
    }
    figures.append(_figure("Singular values", lines(spectra, "rank", "σ")))
    for bins in one.use.histograms.values():
        caption = f"{bins.name}: {100 * bins.saturated:.1f} % saturated"
        figures.append(_figure(caption, bars(bins.counts, bins.low, bins.high, bins.name)))
    return f'<h2>{escape(one.chain.name)}</h2><div class="charts">{"".join(figures)}</div>'


def _pictures(inspection: Inspection) -> list[str]:
    """The heat maps."""
    parts = []
    for one in inspection.influences:
        how = "" if one.exact else ", estimated from random probes"
        caption = f"‖∂z_t/∂x_s‖ of {one.chain}{how}: rows are states, columns inputs"
        parts.append(_figure(caption, picture(one.norms_TS, one.rows, one.columns)))
    explained, inputs, attention = inspection.attributions, inspection.input_names, inspection.attention
    if explained:
        rows = [f"{one.step} {one.label}" if one.step != one.label else one.step for one in explained]
        values = [one.parts for one in explained]
        caption = (
            "Integrated gradients, in logits: one row per output; blue supports the label, red opposes it"
        )
        parts.append(_figure(caption, picture(values, rows, inputs, signed=True)))
    if attention:
        rows = [one.step for one in explained] or [str(t + 1) for t in range(len(attention))]
        rows += [""] * (len(attention) - len(rows))
        parts.append(_figure("Attention of the same outputs", picture(attention, rows, inputs)))
    return parts


def _figure(caption: str, drawn: str) -> str:
    return f"<figure><figcaption>{escape(caption)}</figcaption>{drawn}</figure>" if drawn else ""


def _table(table: Table) -> str:
    rows = [_row("th", table.header), *(_row("td", row) for row in table.rows)]
    return f"<h2>{escape(table.title)}</h2><table>{''.join(rows)}</table>"


def _row(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
