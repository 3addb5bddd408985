"""Checks of a recurrence's optional forms (prepared inputs, int8, numpy) and of its matrices for inspection."""

from __future__ import annotations

import numpy as np
import torch

from seqkit.inference.numpy.forms import NumpyRecurrence
from seqkit.inference.numpy.weights import Weights
from seqkit.nn.fast_forms import PreparedInputs, WithInt8Form
from seqkit.nn.int8 import UNITS
from seqkit.testing.check import Skipped, Subject, check, expect
from seqkit.testing.layers import D, H, expect_close, inputs, layer_of


@check("recurrences")
def prepared_inputs_equal_forward(subject: Subject) -> None:
    """`prepare` and `outputs` compute the same as `forward`."""
    layer = layer_of(subject)
    if not isinstance(layer, PreparedInputs):
        raise Skipped("the layer is no PreparedInputs")
    x_UD, index_BT = inputs().reshape(-1, D), torch.tensor([[0, 3, 3], [5, 1, 0]])
    with torch.no_grad():
        found_BTH = layer.outputs(layer.prepare(x_UD), index_BT)
        expect_close(found_BTH, layer(x_UD[index_BT])[0], "z")


@check("recurrences")
def int8_form_is_near_forward(subject: Subject) -> None:
    """The int8 form gives states near those of `forward`, in units of 1/127."""
    layer = layer_of(subject, torch.float32)
    if not isinstance(layer, WithInt8Form):
        raise Skipped("the layer is no WithInt8Form")
    x_BTD = inputs(dtype=torch.float32).clamp(-1, 1).mul(UNITS).round()
    with torch.no_grad():
        exact_BTH = layer(x_BTD / UNITS)[0]
        found_BTH = layer.in_int8()(x_BTD.to(torch.int8)).float() / UNITS
    expect_close(found_BTH, exact_BTH, "z", 0.06)


@check("recurrences")
def numpy_form_equals_forward(subject: Subject) -> None:
    """The numpy form computes the same as the torch form, from the same weights."""
    form = subject.loaded("numpy_form")
    expect(issubclass(form, NumpyRecurrence), f"{form.__name__} is no NumpyRecurrence")
    layer = layer_of(subject, torch.float32)
    made = form(Weights({name: value.numpy() for name, value in layer.state_dict().items()}))
    x_BTD = inputs(dtype=torch.float32)
    state = made.initial_state(len(x_BTD))
    for t in range(x_BTD.shape[1]):
        state = made.advance(made.prepare(x_BTD[:, t].numpy()), state)
        with torch.no_grad():
            wanted = layer(x_BTD[:, : t + 1])[1][0].numpy()
        expect(np.allclose(state[0], wanted, atol=1e-5), f"z differs after {t + 1} steps")


@check("recurrences")
def numpy_form_refuses_other_weights(subject: Subject) -> None:
    """The numpy form raises LookupError or ValueError for weights that do not fit, so that torch is used."""
    form = subject.loaded("numpy_form")
    try:
        form(Weights({"other": np.zeros((2, 2), dtype=np.float32)}))
    except (LookupError, ValueError):
        return
    expect(False, "weights of another layer are accepted")


@check("recurrences")
def recurrent_matrices_are_square(subject: Subject) -> None:
    """`recurrent_matrices` gives matrices (H, H), each of which multiplies z_{t-1}."""
    matrices = layer_of(subject).recurrent_matrices()
    if not matrices:
        raise Skipped("the layer names no U: inspection shows no spectral radius")
    shapes = {tuple(U.shape) for U in matrices}
    expect(shapes == {(H, H)}, f"shapes {shapes}")


@check("recurrences")
def recurrent_matrices_are_views(subject: Subject) -> None:
    """`recurrent_matrices` shares memory with the parameters, so that they can be initialised through it."""
    layer = layer_of(subject)
    matrices = layer.recurrent_matrices()
    if not matrices:
        raise Skipped("the layer names no U")
    own = {parameter.untyped_storage().data_ptr() for parameter in layer.parameters()}
    expect(all(U.untyped_storage().data_ptr() in own for U in matrices), "a copy of the parameters")


@check("recurrences")
def matrices_have_their_sizes(subject: Subject) -> None:
    """`matrices` gives W with D columns and U with H columns."""
    matrices = layer_of(subject).matrices()
    if not matrices:
        raise Skipped("the layer names neither W nor U")
    columns = {"W": D, "U": H}
    wrong = [name for name, value in matrices.items() if name in columns and value.shape[-1] != columns[name]]
    expect(not wrong, f"wrong number of columns: {', '.join(wrong)}")


@check("recurrences")
def gate_biases_have_h_numbers(subject: Subject) -> None:
    """`keep_bias` and `write_bias` are (H,), where the layer has such gates."""
    layer = layer_of(subject)
    biases = [bias for bias in (layer.keep_bias(), layer.write_bias()) if bias is not None]
    if not biases:
        raise Skipped("the layer names no gates")
    expect(all(bias.shape == (H,) for bias in biases), "a bias is not (H,)")
