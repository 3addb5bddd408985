"""The linear recurrence e_t = J_t e_{t-1} + r_t for all t by a parallel scan (Blelloch 1990).

Two neighbouring steps are one step with the matrix J_{t+1} J_t and the vector J_{t+1} r_t + r_{t+1}. Joining pairs
again and again takes log2 T rounds and T - 1 products of matrices.

Shapes: B sequences, T steps, G groups of the state that do not depend on each other, N numbers of a group. A dense
Jacobian has one group; an element-wise recurrence has one for each feature, with N parts of the state.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

SMALL = 3
"""Up to this N products are sums of element-wise products; batches of tiny matrices are slow in BLAS."""


def product(A: Tensor, B: Tensor) -> Tensor:
    """A B, of matrices (…, N, N)."""
    if A.shape[-1] > SMALL:
        return A @ B
    return (A[..., :, :, None] * B[..., None, :, :]).sum(-2)


def applied(A: Tensor, v: Tensor) -> Tensor:
    """A v, of matrices (…, N, N) and vectors (…, N)."""
    if A.shape[-1] > SMALL:
        return (A @ v[..., None])[..., 0]
    return (A * v[..., None, :]).sum(-1)


def product_tree(J_BTGNN: Tensor) -> list[Tensor]:
    """Products of 1, 2, 4, … neighbouring Jacobians: level l has those of the aligned segments of 2^l steps."""
    levels = [J_BTGNN]
    while levels[-1].shape[1] > 1:
        earlier, later = pairs(levels[-1])
        levels.append(product(later, earlier))
    return levels


def pairs(values_BT: Tensor) -> tuple[Tensor, Tensor]:
    """The first and the second of each pair of neighbours; a last one without a partner is left out."""
    paired = values_BT.shape[1] // 2 * 2
    return values_BT[:, :paired:2], values_BT[:, 1:paired:2]


def scan(tree: list[Tensor], r_BTGN: Tensor) -> Tensor:
    """e_BTGN with e_t = J_t e_{t-1} + r_t and e_0 = 0. Args: tree, `product_tree` of the J_t."""
    return through_tree(tree, r_BTGN, applied)


def through_tree(tree: list[Tensor], r_BT: Tensor, apply: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """As `scan`, with any linear `apply`, such as the product of a norm and a bound."""
    rights = [r_BT]
    for level in tree[:-1]:
        earlier, later = pairs(rights[-1])
        rights.append(apply(pairs(level)[1], earlier) + later)
    e_BT = rights[-1]
    for level, r_level in zip(reversed(tree[:-1]), reversed(rights[:-1]), strict=True):
        e_BT = _filled(level, r_level, e_BT, apply)
    return e_BT


def _filled(J_BT: Tensor, r_BT: Tensor, odd_BT: Tensor, apply: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """e at every step of a level, from e at the ends of its pairs: odd_BT holds e_1, e_3, … (counted from 0)."""
    e_BT = torch.empty_like(r_BT)
    e_BT[:, 0] = r_BT[:, 0]
    e_BT[:, 1::2] = odd_BT
    before_BT = odd_BT[:, : (r_BT.shape[1] - 1) // 2]
    e_BT[:, 2::2] = apply(J_BT[:, 2::2], before_BT) + r_BT[:, 2::2]
    return e_BT
