"""Format the results of an inspection as tables, and as data for JSON."""

from __future__ import annotations

import math
from typing import Any

from seqkit.evaluation.report import Table
from seqkit.inspection.inspect import ChainFindings, Inspection
from seqkit.inspection.matrices import Spectrum
from seqkit.terminal.tables import size

DISTANCES = (1, 2, 5, 10, 20, 50, 100)
"""Distances that have a column in the table of gradients."""
MOST_COSTS = 12
"""Maximum rows of the table of costs."""


def title_of(inspection: Inspection) -> str:
    """Return the title above the tables."""
    data = f"{inspection.where}: {inspection.examples:,} example(s)"
    return f"{inspection.model} ({inspection.task}) on {data}, in float64"


def tables_of(inspection: Inspection) -> list[Table]:
    """Return the tables in order, without empty ones."""
    tables = [_layers(inspection), _gradients(inspection), _gates(inspection), _matrices(inspection)]
    tables += [_attributions(inspection)] if inspection.attributions else []
    tables += [_costs(inspection)] if inspection.costs else []
    return [table for table in tables if table.rows]


def _layers(inspection: Inspection) -> Table:
    header = ["layer", "H", "Lyapunov exponent λ", "2 s.e.", "in words"]
    rows = [
        [
            one.chain.name,
            str(one.chain.layer.hidden_size),
            "–" if one.lyapunov is None else f"{one.lyapunov.largest:+.4f}",
            "–" if one.lyapunov is None else f"{2 * one.lyapunov.error:.4f}",
            "too few steps" if one.lyapunov is None else one.lyapunov.meaning,
        ]
        for one in inspection.chains
    ]
    return Table("Recurrent layers (λ in nats per step, along the inputs of the text)", header, rows)


def _gradients(inspection: Inspection) -> Table:
    """‖∂L_t/∂z_s‖ relative to the nearest distance, measured and predicted."""
    longest = max(
        (points[-1][0] for one in inspection.chains for points in curves_of(one).values()), default=0
    )
    shown = [k for k in DISTANCES if k <= longest]
    rows = []
    for one in inspection.chains:
        for name, points in curves_of(one).items():
            by_distance = dict(points)
            cells = [f"{by_distance[k]:.2g}" if k in by_distance else "–" for k in shown]
            if set(cells) - {"–"}:  # a decoder of one step, and saturated states, have distance 0 only
                rows.append([one.chain.name, name, *cells])
    header = ["layer", "curve", *(f"k = {k}" for k in shown)]
    return Table("Gradient over the distance k, relative to the nearest", header, rows)


def curves_of(one: ChainFindings) -> dict[str, list[tuple[int, float]]]:
    """Return the measured curves relative to their nearest point, then the predictions from there on, by name."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for name, curve in one.curves.items():
        points = curve.points
        if points:
            curves[f"measured ‖∂L/∂{name}‖"] = [(k, value / points[0][1]) for k, value in points]
    nearest = min((points[0][0] for points in curves.values()), default=0)
    longest = max((points[-1][0] for points in curves.values()), default=0)
    return curves | (one.prediction.curves(longest, nearest) if one.prediction is not None else {})


def _gates(inspection: Inspection) -> Table:
    rows = []
    for one in inspection.chains:
        keeps = one.prediction.gate if one.prediction is not None else ""
        for histogram in one.use.histograms.values():
            keeps_this = keeps.startswith((f"{histogram.name} (", f"1 - {histogram.name} ("))
            rows.append(
                [
                    one.chain.name,
                    histogram.name,
                    f"{histogram.mean:.3f}",
                    f"{100 * histogram.below / max(histogram.total, 1):.1f}",
                    f"{100 * histogram.above / max(histogram.total, 1):.1f}",
                    keeps if keeps_this else "",
                ]
            )
    header = ["layer", "activation", "mean", "saturated low, %", "saturated high, %", "keeps the state"]
    return Table("Gates and activations, in the order of the step", header, rows)


def _matrices(inspection: Inspection) -> Table:
    header = ["layer", "matrix", "shape", "σ_max", "σ_min", "spectral radius", "‖U^t z_0‖"]
    rows = [_spectrum(one.chain.name, matrix) for one in inspection.chains for matrix in one.spectra]
    rows += [_spectrum("output", matrix) for matrix in inspection.outputs]
    return Table("Matrices", header, rows)


def _spectrum(layer: str, one: Spectrum) -> list[str]:
    radius = "–" if one.radius is None else f"{one.radius:.4f}"
    shape = f"{one.shape[0]} × {one.shape[1]}"
    fate = one.fate if one.powers else ""
    return [layer, one.name, shape, f"{one.singular[0]:.4f}", f"{one.singular[-1]:.2g}", radius, fate]


def _attributions(inspection: Inspection) -> Table:
    """The three inputs with the largest influence on each output."""
    rows = []
    for one in inspection.attributions:
        named = sorted(zip(one.parts, inspection.input_names, strict=False), key=lambda part: -abs(part[0]))
        reasons = ", ".join(f"{name} {value:+.2f}" for value, name in named[:3])
        rows.append(
            [
                one.step,
                one.label,
                one.against,
                f"{one.margin:+.2f}",
                f"{one.difference:+.2f}",
                f"{100 * one.deviation:.2f}",
                reasons,
            ]
        )
    header = ["step", "label", "against", "margin", "by the inputs", "sum off by, %", "main inputs (logits)"]
    return Table("Integrated gradients of one example", header, rows)


def _costs(inspection: Inspection) -> Table:
    ranked = sorted(inspection.costs, key=lambda one: -one.bytes)[:MOST_COSTS]
    rows = [
        [one.module, size(one.bytes), f"{1000 * one.forward:.1f}", f"{1000 * one.backward:.1f}"]
        for one in ranked
    ]
    header = ["module", "kept for the gradient", "forward, ms", "backward, ms"]
    title = "Memory and time of a training step, by module"
    if len(inspection.costs) > MOST_COSTS:
        title += f": the {MOST_COSTS} of {len(inspection.costs)} that keep most (--json has all)"
    return Table(title, header, rows)


def data_of(inspection: Inspection) -> dict[str, Any]:
    """Convert all results to JSON data. Values that are not finite become null."""
    return {
        "model": inspection.model,
        "task": inspection.task,
        "where": inspection.where,
        "examples": inspection.examples,
        "layers": [_chain(one) for one in inspection.chains],
        "outputs": [_matrix(one) for one in inspection.outputs],
        "influence": [
            {
                "layer": one.chain,
                "exact": one.exact,
                "rows": one.rows,
                "columns": one.columns,
                "norms": one.norms_TS,
            }
            for one in inspection.influences
        ],
        "attribution": {
            "inputs": inspection.input_names,
            "outputs": [
                {
                    "step": one.step,
                    "label": one.label,
                    "against": one.against,
                    "parts": list(one.parts),
                    "margin": one.margin,
                    "difference": one.difference,
                    "deviation": one.deviation,
                }
                for one in inspection.attributions
            ],
        },
        "attention": inspection.attention,
        "costs": [
            {"module": one.module, "bytes": one.bytes, "forward_s": one.forward, "backward_s": one.backward}
            for one in inspection.costs
        ],
        "notes": inspection.notes,
    }


def _chain(one: ChainFindings) -> dict[str, Any]:
    exponents = None
    if one.lyapunov is not None:
        exponents = {
            "exponents": list(one.lyapunov.exponents),
            "standard_error": finite(one.lyapunov.error),
            "steps": one.lyapunov.steps,
            "amplification": one.lyapunov.amplification,
        }
    prediction = one.prediction
    return {
        "name": one.chain.name,
        "backward": one.chain.backward,
        "hidden": one.chain.layer.hidden_size,
        "lyapunov": exponents,
        "gradients": {
            name: [[k, value, curve.counts[k]] for k, value in curve.points]
            for name, curve in one.curves.items()
        },
        "predictions": {
            "sigma_max": prediction and prediction.sigma_max,
            "spectral_radius": prediction and prediction.radius,
            "mean_h": prediction and prediction.mean_h,
            "gate": prediction and prediction.gate,
            "product_of_gates": [list(point) for point in prediction.gates] if prediction else [],
        },
        "activations": [
            {
                "name": bins.name,
                "mean": bins.mean,
                "low": bins.low,
                "high": bins.high,
                "counts": bins.counts,
                "saturated_low": bins.below / max(bins.total, 1),
                "saturated_high": bins.above / max(bins.total, 1),
            }
            for bins in one.use.histograms.values()
        ],
        "norms": {name: [list(point) for point in norms.points] for name, norms in one.use.norms.items()},
        "matrices": [_matrix(matrix) for matrix in one.spectra],
    }


def _matrix(one: Spectrum) -> dict[str, Any]:
    return {
        "name": one.name,
        "shape": list(one.shape),
        "singular": list(one.singular),
        "spectral_radius": one.radius,
        "powers": [finite(value) for value in one.powers],
        "fate": one.fate,
    }


def finite(value: float) -> float | None:
    """Return the value; None if it is not finite, because JSON cannot represent it."""
    return value if math.isfinite(value) else None
