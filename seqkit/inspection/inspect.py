"""Inspect a trained model: compute the results of `seqkit inspect`.

Shapes: B examples, T steps, D features of a layer's x_t.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from seqkit.errors import SeqkitError
from seqkit.inspection.attribution import Attribution, attributions
from seqkit.inspection.cost import Cost, costs
from seqkit.inspection.flow import (
    Curve,
    Distance,
    Followed,
    Prediction,
    ahead,
    behind,
    measure,
    of_source,
    predict,
)
from seqkit.inspection.influence import Influence, influence
from seqkit.inspection.matrices import Spectrum, spectra_of, spectrum_of
from seqkit.inspection.states import StateUse, part_names
from seqkit.inspection.tracing import Chain, Trace, Traces, batch_of, chains_of, chosen, tracing
from seqkit.models.folder import model_info
from seqkit.nn.jacobians import FEWEST, Lyapunov, lyapunov
from seqkit.tasks.contract import task_named
from seqkit.tasks.inspecting import InspectionRequest, Subject, check_inspectable

BATCH_STEPS = 1024
"""Maximum steps of a batch, including padding, because all states are kept with their history."""
STREAM = 2000
"""Maximum steps of input along which a Lyapunov exponent is measured."""
STREAMS = 8
"""Maximum number of sequences into which these steps are divided."""
SHOWN = 16
"""Preferred number of steps of the example for heat maps."""
MOST_SHOWN = 60
"""Maximum number of steps of that example."""
COST_EXAMPLES = 16
"""Number of examples of the measured training step."""


@dataclass
class ChainFindings:
    """The results for one recurrent layer."""

    chain: Chain
    curves: dict[str, Curve]
    """Part of the state (`z`, `c`) -> ‖∂L_t/∂part_s‖ over distance."""
    use: StateUse = field(default_factory=StateUse)
    spectra: list[Spectrum] = field(default_factory=list)
    lyapunov: Lyapunov | None = None
    """None for too few steps."""
    prediction: Prediction | None = None
    stream: list[Tensor] = field(default_factory=list)
    """The layer's inputs on the examples, x_TD each."""
    longest: tuple[Trace, list[int]] | None = None
    """The trace of the batch with the most steps, and the lengths of its sequences."""


@dataclass(frozen=True)
class Inspection:
    """The results for a model."""

    model: str
    task: str
    where: str
    """The data, for the title."""
    examples: int
    """Number of examples."""
    chains: list[ChainFindings]
    outputs: list[Spectrum]
    """Spectrum of V for each kind of output."""
    influences: list[Influence]
    attributions: list[Attribution]
    input_names: list[str]
    """Names of the inputs of the example that attributions explain."""
    attention: list[list[float]]
    """Attention of each output step of that example; empty for a model without attention."""
    costs: list[Cost]
    notes: list[str]
    """Messages about results that are missing."""


@dataclass(frozen=True)
class InspectOptions:
    """Options in addition to the request."""

    layer: str = ""
    """Name of a layer, or a part of it; "": all."""
    contrast: str = ""
    """As for `attributions`."""
    contrastive: bool = True
    """As for `attributions`."""


def subject_of(request: InspectionRequest) -> tuple[str, Subject]:
    """Load task name, and model with examples. Raises SeqkitError for a task that does not support inspection."""
    task = str(model_info(request.model).config["task"])
    subject: Subject = task_named(task).subject(request)
    check_inspectable(subject, request.source or "--text")
    return task, subject


def inspect(request: InspectionRequest, options: InspectOptions) -> Inspection:
    """Inspect a model, in float64. Raises SeqkitError if the layer does not exist, or the task lacks support."""
    task, subject = subject_of(request)
    return inspect_subject(task, subject, request, options)


def inspect_subject(
    task: str, subject: Subject, request: InspectionRequest, options: InspectOptions
) -> Inspection:
    """Inspect a model with its examples. Converts the weights to float64. Raises SeqkitError as `inspect`."""
    chains = chains_in(subject, options.layer)
    notes: list[str] = []
    order = sorted(range(len(subject)), key=lambda index: sum(subject.steps(index)))
    step_costs = _or_note(notes, lambda: costs(subject, order[-COST_EXAMPLES:]), [])
    shown = min(order, key=lambda index: abs(subject.steps(index).target - SHOWN))
    small = max(subject.steps(shown)) <= MOST_SHOWN
    attention = _attention(subject, shown) if small else []  # reads its input in the model's own format
    subject.model.double().eval()
    findings = [ChainFindings(chain, {}, spectra=spectra_of(chain.layer)) for chain in chains]
    for batch in batches_of(subject, order):
        _read(subject, batch, findings)
    for one in findings:
        _conclude(one)
    findings = [one for one in findings if one.longest is not None]
    if not small:
        notes.append(f"attribution and heat maps are omitted: the example has more than {MOST_SHOWN} steps")
    traced = [one.chain for one in findings]
    explain = lambda: attributions(subject, shown, options.contrast, options.contrastive)  # noqa: E731
    return Inspection(
        model=request.model,
        task=task,
        where=f"{request.source} {request.split}" if request.source else "a text",
        examples=len(subject),
        chains=findings,
        outputs=[spectrum_of(name, V) for name, V in subject.output_matrices().items()],
        influences=_or_note(notes, lambda: influence(subject, shown, traced), []) if small and traced else [],
        attributions=_or_note(notes, explain, []) if small else [],
        input_names=subject.input_names(shown) if small else [],
        attention=attention,
        costs=step_costs,
        notes=notes,
    )


def _or_note(notes: list[str], compute: Callable[[], Any], default: Any) -> Any:
    """The result of `compute`; if the model does not support it, add a note and return `default`."""
    try:
        return compute()
    except SeqkitError as error:
        if error.fix != "Inspect it without.":
            raise
        notes.append(error.problem)
        return default


def chains_in(subject: Subject, layer: str) -> list[Chain]:
    """Return the recurrent layers of a model whose name contains `layer`. Raises SeqkitError if there is none."""
    chains = [chain for below in subject.chains() for chain in chains_of(subject.model, below)]
    if not chains:
        raise SeqkitError("the model has no recurrent layer", "Inspect a model that has one.", exit_code=2)
    return chosen(chains, layer)


def batches_of(subject: Subject, order: Sequence[int]) -> list[list[int]]:
    """Group examples into batches of at most BATCH_STEPS steps. Args: order, indices of examples by length."""
    batches: list[list[int]] = [[]]
    for index in order:
        if batches[-1] and (len(batches[-1]) + 1) * sum(subject.steps(index)) > BATCH_STEPS:
            batches.append([])
        batches[-1].append(index)
    return batches


def _read(subject: Subject, indices: list[int], findings: list[ChainFindings]) -> None:
    """Process a batch: update gradients over distance, histograms, norms, and inputs for the exponents."""
    steps = [subject.steps(index) for index in indices]
    targets = [one.target for one in steps]
    with tracing() as traces:
        losses_BT = subject.step_losses(batch_of(subject, indices))
    followed: list[Followed] = []
    for one in findings:
        source = subject.reads_source(one.chain.name)
        lengths = [length.source if source else length.target for length in steps]
        followed += _follow(one, traces, lengths, source, len(indices))
    measure(losses_BT, targets, followed)


def _follow(
    one: ChainFindings, traces: Traces, lengths: list[int], source: bool, rows: int
) -> list[Followed]:
    """Add a chain's trace to its statistics, and return the parts of the state whose gradients are measured."""
    trace = traces.of(one.chain.layer)
    if trace is None or trace.rows != rows:
        return []
    lengths = [min(length, trace.steps) for length in lengths]
    one.use.add(trace, lengths)
    stored = sum(len(x_TD) for x_TD in one.stream)
    if stored < STREAM:
        one.stream += [
            torch.stack([x_BD[row] for x_BD in trace.inputs[:length]]).detach()
            for row, length in enumerate(lengths)
            if length
        ]
    if one.longest is None or trace.steps > one.longest[0].steps:
        one.longest = trace, lengths
    distance: Distance = of_source if source else behind if one.chain.backward else ahead
    names = part_names(len(trace.states[0]))
    measured = {0: "z"} | ({len(names) - 1: "c"} if len(names) > 1 else {})
    return [
        Followed(trace, part, distance, lengths, one.curves.setdefault(name, Curve()))
        for part, name in measured.items()
    ]


def _conclude(one: ChainFindings) -> None:
    """Compute the exponent along the stored inputs, and the predictions."""
    if one.longest is None:
        return
    x_TD = torch.cat(one.stream)[:STREAM]
    streams = max(1, min(STREAMS, len(x_TD) // 100))
    length = len(x_TD) // streams
    if length >= FEWEST:
        x_BTD = x_TD[: streams * length].view(streams, length, -1)
        one.lyapunov = lyapunov(one.chain.layer, x_BTD)
    trace, lengths = one.longest
    one.prediction = predict(trace, lengths, one.lyapunov)


def _attention(subject: Subject, index: int) -> list[list[float]]:
    weights_TS = subject.attention(index)
    return [] if weights_TS is None else [[float(weight) for weight in row] for row in weights_TS]
