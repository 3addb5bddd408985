"""Vectors of symbols."""

from __future__ import annotations

import torch

from seqkit.nn.symbols import SymbolEmbedding


def test_what_is_read_varies_by_one_and_its_row_has_length_one():
    torch.manual_seed(7)
    embedding = SymbolEmbedding(2000, 64)
    y_BT = torch.arange(2000).view(40, 50)
    x_BTD = embedding(y_BT).detach()
    assert x_BTD.shape == (40, 50, 64)
    assert abs(float(x_BTD.var()) - 1) < 0.02
    assert abs(float(embedding.weight.detach().norm(dim=1).mean()) - 1) < 0.02
    torch.testing.assert_close(x_BTD[3, 5], 8 * embedding.weight[155])
