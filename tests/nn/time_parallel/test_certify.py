"""Error bounds along the tree of products compared with explicit sums."""

import pytest
import torch

from seqkit.nn.time_parallel.certify import bounds, spectral_bound, tree_of_norms
from seqkit.nn.time_parallel.products import applied, product, product_tree, scan


@pytest.mark.parametrize("T", [1, 2, 3, 7, 8, 21])
@pytest.mark.parametrize("N", [1, 2, 6])
def test_the_scan_is_the_loop_at_every_length(T, N):
    torch.manual_seed(T)
    J_BTGNN, r_BTGN = (
        torch.randn(2, T, 3, N, N, dtype=torch.float64),
        torch.randn(2, T, 3, N, dtype=torch.float64),
    )
    e_BGN, loop = torch.zeros(2, 3, N, dtype=torch.float64), []
    for t in range(T):
        e_BGN = applied(J_BTGNN[:, t], e_BGN) + r_BTGN[:, t]
        loop.append(e_BGN)
    torch.testing.assert_close(scan(product_tree(J_BTGNN), r_BTGN), torch.stack(loop, dim=1))
    torch.testing.assert_close(product(J_BTGNN, J_BTGNN), J_BTGNN @ J_BTGNN)


def test_a_bound_of_a_norm_is_above_the_norm_and_near_it():
    torch.manual_seed(1)
    for N in (1, 2, 8, 33):
        P = (
            torch.randn(4, 6, 3, N, N, dtype=torch.float64)
            * torch.logspace(-200, 100, 4, dtype=torch.float64)[:, None, None, None, None]
        )
        norm_BT = torch.linalg.matrix_norm(P, ord=2).amax(-1)
        ratio_BT = spectral_bound(P) / norm_BT
        assert bool((ratio_BT >= 1 - 1e-14).all()) and bool((ratio_BT <= N ** (1 / 16) + 1e-9).all())


@pytest.mark.parametrize("scale", [0.5, 0.8, 1.0])
def test_E_and_K_are_above_the_sums_and_not_far(scale):
    torch.manual_seed(2)
    N, T = 6, 61
    J_TNN = torch.stack([scale * torch.linalg.qr(torch.randn(N, N, dtype=torch.float64)).Q for _ in range(T)])
    J_TNN = J_TNN * (1 + 0.2 * torch.randn(T, 1, N, dtype=torch.float64))
    r_TN = 1e-6 * torch.randn(T, N, dtype=torch.float64)
    E = K = 0.0
    for t in range(T):
        whole, e, k = torch.eye(N, dtype=torch.float64), 0.0, 0.0
        for s in range(t, -1, -1):  # ‖J_t … J_{s+1}‖ for every s ≤ t.
            norm = float(torch.linalg.matrix_norm(whole, ord=2))
            e, k = e + norm * float(r_TN[s].norm()), k + norm
            whole = whole @ J_TNN[s]
        E, K = max(E, e), max(K, k)
    made = bounds(
        J_TNN[None, :, None],
        r_TN[None, :, None],
        torch.zeros(1, T, 1, N).double(),
        torch.zeros(1),
        torch.zeros(1),
    )
    assert E <= float(made.linear_B) <= 10 * E
    assert K <= float(made.amplification_B) <= 10 * K


def test_rounding_of_products_in_float32_is_part_of_their_norms():
    torch.manual_seed(4)
    J_BTGNN = 3 * torch.randn(1, 64, 1, 4, 4)
    J_BTGNN[:, ::2, :, 0] = 0  # Rank 3, then two directions: products lose most of what their factors have.
    J_BTGNN[:, 1::2, :, :, 1:] = 0
    exact = product_tree(J_BTGNN.double())
    for bound_BT, level in zip(tree_of_norms(J_BTGNN), exact, strict=True):
        assert bool((bound_BT >= torch.linalg.matrix_norm(level[:, :, 0], ord=2) * (1 - 1e-5)).all())
