"""Vectors of symbols."""

from __future__ import annotations

import torch

from seqkit.nn.symbols import SymbolEmbedding


def test_rows_begin_with_length_one_and_what_is_read_is_a_fourth_root_longer():
    torch.manual_seed(7)
    embedding = SymbolEmbedding(2000, 256)
    y_BT = torch.arange(2000).view(40, 50)
    x_BTD = embedding(y_BT).detach()
    assert x_BTD.shape == (40, 50, 256)
    assert abs(float(embedding.weight.detach().norm(dim=1).mean()) - 1) < 0.02
    torch.testing.assert_close(x_BTD[3, 5], 4 * embedding.weight[155])
