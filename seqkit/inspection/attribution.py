"""Integrated gradients (Sundararajan, Taly & Yan 2017): attribution of a label or output symbol to the inputs.

A_s = (x_s - x⁰_s) · ∫₀¹ ∂F(x⁰ + α (x - x⁰))/∂x_s dα with the baseline x⁰ = 0. By the completeness axiom the A_s sum up
to F(x) - F(x⁰). F is the logit of a label, or, contrastively, its difference from another label's (Yin & Neubig 2022).

Shapes: K values of α (one row of a batch each); S input steps, T output steps, D features of x_s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.inspection.influence import entering
from seqkit.inspection.tracing import batch_of
from seqkit.tasks.inspecting import Subject

POINTS = (32, 128, 512)
"""Numbers of quadrature points; the next one is used if the sum is not complete."""
COMPLETE = 0.01
"""Maximum deviation of the sum from the difference of logits, relative to that difference."""
MOST_STEPS = 60
"""Maximum number of output steps that are explained."""


@dataclass(frozen=True)
class Attribution:
    """The contribution of each input step to one output step."""

    step: str
    """Name of the output step."""
    label: str
    against: str
    """The label with which it is contrasted; "" for the plain logit."""
    parts: tuple[float, ...]
    """A_s of each input step, in logits."""
    margin: float
    """F(x): the logit of the label less that of the other."""
    difference: float
    """F(x) - F(x⁰), the sum of the parts."""
    points: int
    """Number of points of the quadrature."""

    @property
    def deviation(self) -> float:
        """|Σ parts - difference| / |difference|."""
        return abs(sum(self.parts) - self.difference) / max(abs(self.difference), 1e-12)


def attributions(
    subject: Subject, index: int, contrast: str = "", contrastive: bool = False
) -> list[Attribution]:
    """Compute the attribution of each output step of an example.

    Args:
        index: index of the example.
        contrast: a label with which to contrast each step's label; "": none.
        contrastive: without `contrast`, whether to contrast it with the most probable other label.

    Raises SeqkitError for a label that the model does not have.
    """
    names = subject.names()
    if contrast and contrast not in names:
        raise SeqkitError(
            f"--contrast {contrast}: the model has no such label",
            did_you_mean(contrast, names),
            exit_code=2,
        )
    results: list[Attribution] = []
    for points in POINTS:
        results = _attributions(subject, index, points, contrast, contrastive)
        if all(one.deviation <= COMPLETE for one in results):
            break
    return results


def _attributions(
    subject: Subject, index: int, points: int, contrast: str, contrastive: bool
) -> list[Attribution]:
    nodes, weights = np.polynomial.legendre.leggauss(points)
    entered: list[tuple[Tensor, Tensor]] = []
    """x_BSD before and after scaling, for each input module."""

    def scale(x_BSD: Tensor) -> Tensor:
        ends = torch.tensor([1.0, 0.0], dtype=x_BSD.dtype)
        alpha_B = torch.cat([torch.as_tensor((nodes + 1) / 2, dtype=x_BSD.dtype), ends])
        path_BSD = (x_BSD.detach() * alpha_B[:, None, None]).requires_grad_()
        entered.append((x_BSD.detach(), path_BSD))
        return path_BSD

    with entering(subject.model, subject.entries(), scale):
        scores_BTV = subject.scores(batch_of(subject, [index] * (points + 2)))
    weight_K = torch.as_tensor(weights / 2, dtype=scores_BTV.dtype)
    names, chosen = subject.names(), subject.chosen(index)
    results = []
    for t, (step, label) in enumerate(zip(subject.output_names(index)[:MOST_STEPS], chosen, strict=False)):
        other = _other(scores_BTV[-2, t], label, names, contrast, contrastive)
        F_B = scores_BTV[:, t, label] - (0.0 if other is None else scores_BTV[:, t, other])
        gradients = torch.autograd.grad(
            F_B[:points].sum(), [path for _, path in entered], retain_graph=True, allow_unused=True
        )
        parts = torch.cat([_parts(x, g, weight_K) for (x, _), g in zip(entered, gradients, strict=True)])
        against = "" if other is None else names[other]
        margin, baseline = F_B[-2:].tolist()
        results.append(
            Attribution(step, names[label], against, tuple(parts.tolist()), margin, margin - baseline, points)
        )
    return results


def _parts(x_BSD: Tensor, gradient_BSD: Tensor | None, weight_K: Tensor) -> Tensor:
    """A_s, (S,), of each step of one input module; zeros if F does not depend on it."""
    if gradient_BSD is None:
        return x_BSD.new_zeros(x_BSD.shape[1])
    mean_SD = (gradient_BSD[: len(weight_K)] * weight_K[:, None, None]).sum(0)
    return (x_BSD[0] * mean_SD).sum(-1)


def _other(scores_V: Tensor, label: int, names: list[str], contrast: str, contrastive: bool) -> int | None:
    """The index of the label with which to contrast; None for the plain logit."""
    if contrast:
        return names.index(contrast) if names.index(contrast) != label else None
    if not contrastive:
        return None
    others_V = scores_V.detach().clone()
    others_V[label] = -torch.inf
    return int(others_V.argmax())
