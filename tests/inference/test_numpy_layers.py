"""Each numpy form of a layer equals the torch form with the same weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from seqkit.extend.manager import registry
from seqkit.inference.numpy import functions
from seqkit.inference.numpy.chains import Layer, Stack
from seqkit.inference.numpy.heads import CRFHead
from seqkit.inference.numpy.loading import recurrence_form
from seqkit.inference.numpy.weights import Weights, read_weights
from seqkit.models.recurrences import recurrence_class
from seqkit.nn import stack
from seqkit.nn.deep import DeepLayer
from seqkit.nn.heads import CRFHead as TorchCRFHead
from seqkit.nn.recurrent import mask_of

NAMES = [one.spec.name for one in registry().all("recurrences") if one.spec.numpy_form]
D, H, B, T = 7, 6, 5, 9
LENGTHS = [9, 1, 4, 4, 2]


def weights_of(module):
    return Weights({name: value.detach().numpy() for name, value in module.state_dict().items()})


def inputs():
    return torch.randn(B, T, D, generator=torch.Generator().manual_seed(1))


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(4)


def biased(module):
    """The module with all its weights at random, biases included."""
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    return module.eval()


def test_every_built_in_recurrence_has_a_numpy_form():
    assert {"rnn", "lstm", "gru", "sru"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_states_and_ends_are_torchs(name, bidirectional):
    theirs = biased(
        DeepLayer(recurrence_class(name), D, 2 * H if bidirectional else H, bidirectional=bidirectional)
    )
    ours = Layer.of(recurrence_form(name), weights_of(theirs), bidirectional)
    lengths_B = torch.tensor(LENGTHS)
    with torch.no_grad():
        z_BTH, end = theirs(inputs(), mask_of(lengths_B, T))
    found_TBH, found_end = ours.with_end(inputs().transpose(0, 1).numpy(), lengths_B.numpy())
    for row, length in enumerate(LENGTHS):
        np.testing.assert_allclose(found_TBH[:length, row], z_BTH[row, :length], atol=1e-5)
    for found, part in zip(found_end, end, strict=True):
        np.testing.assert_allclose(found, part, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_stack_reads_a_table_as_torch_does(name):
    theirs = biased(stack.Stack(recurrence_class(name), D, H, 2, True))
    ours = Stack.of(recurrence_form(name), weights_of(theirs), 2, True)
    x_UD, index_BT = inputs().flatten(0, 1), torch.arange(B * T).reshape(B, T)
    lengths_B = torch.tensor(LENGTHS)
    with torch.no_grad():
        z_BTH = theirs.forward_from_table(theirs.prepare(x_UD), index_BT, lengths_B)
    z_TBH = ours.from_table(ours.prepare(x_UD.numpy()), index_BT.T.numpy(), lengths_B.numpy())
    for row, length in enumerate(LENGTHS):
        np.testing.assert_allclose(z_TBH[:length, row], z_BTH[row, :length], atol=1e-5)


def test_the_crfs_labels_and_marginals_are_torchs():
    theirs = biased(TorchCRFHead(H, 5))
    theirs.temperature.fill_(1.3)
    ours = CRFHead(weights_of(theirs), 5)
    z_BTH = torch.randn(3, T, H)
    with torch.no_grad():
        logits_BTL = theirs(z_BTH)
        best_BT, p_BTL = theirs.best(logits_BTL), theirs.probabilities(logits_BTL)
    logits_TBL = ours(z_BTH.transpose(0, 1).numpy())
    assert ours.best(logits_TBL).T.tolist() == best_BT.tolist()
    np.testing.assert_allclose(ours.probabilities(logits_TBL), p_BTL.transpose(0, 1), atol=1e-5)


def test_the_functions_are_torchs():
    x = torch.linspace(-200, 200, 4001)
    np.testing.assert_allclose(functions.sigmoid(x.numpy()), torch.sigmoid(x), atol=1e-6)
    np.testing.assert_allclose(functions.gelu(x.numpy()), torch.nn.functional.gelu(x), atol=1e-5)
    np.testing.assert_allclose(functions.log_softmax(x.numpy()), torch.log_softmax(x, -1), rtol=1e-5)
    norm = biased(torch.nn.LayerNorm(D))
    with torch.no_grad():
        expected = norm(inputs())
    found = functions.LayerNorm(weights_of(norm), D)(inputs().numpy())
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_weights_are_read_in_every_number_format(dtype, tmp_path):
    from safetensors.torch import save_file

    tensors = {"a.b": torch.randn(3, 4).to(dtype), "a.c": torch.tensor(1.5).to(dtype)}
    save_file(tensors, tmp_path / "x.safetensors")
    weights = read_weights(tmp_path / "x.safetensors").part("a")
    assert weights("b", 3, None).tolist() == tensors["a.b"].float().tolist()
    assert weights.unused() == {"a.c"} and weights("c") == 1.5 and not weights.unused()
    with pytest.raises(ValueError, match="is of shape"):
        weights("b", 4, 3)
    with pytest.raises(LookupError):
        weights("d", 3)
