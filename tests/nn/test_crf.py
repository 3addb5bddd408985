"""The CRF compared with sums and maxima over all label sequences."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from seqkit.nn.crf import label_score, log_partition, marginals, viterbi
from seqkit.nn.heads import CRFHead

T, L = 4, 3


@pytest.fixture
def scores():
    torch.manual_seed(6)
    return torch.randn(2, T, L).double(), torch.randn(L, L).double()


def every_score(logits_TL, A_LL):
    """Label sequence -> Σ_t logits_t[y_t] + A[y_{t-1}, y_t]."""
    return {
        y: sum(logits_TL[t, y[t]] for t in range(len(y)))
        + sum((A_LL[y[t - 1], y[t]] for t in range(1, len(y))), torch.zeros(()).double())
        for y in product(range(L), repeat=len(logits_TL))
    }


def test_partition_sums_over_all_sequences_and_leaves_padding_out(scores):
    logits, A = scores
    real_BT = torch.tensor([[True] * 4, [True, True, True, False]])
    for row, length in enumerate((4, 3)):
        brute = torch.logsumexp(torch.stack(list(every_score(logits[row, :length], A).values())), 0)
        torch.testing.assert_close(log_partition(logits, A, real_BT)[row], brute)


def test_viterbi_finds_the_best_sequence(scores):
    logits, A = scores
    for row in range(2):
        brute = every_score(logits[row], A)
        assert tuple(viterbi(logits, A)[row].tolist()) == max(brute, key=brute.get)


def test_marginals_sum_the_sequences_through_a_label(scores):
    logits, A = scores
    for row in range(2):
        brute = every_score(logits[row], A)
        total = torch.logsumexp(torch.stack(list(brute.values())), 0)
        for t, label in product(range(T), range(L)):
            p = sum(torch.exp(score - total) for y, score in brute.items() if y[t] == label)
            torch.testing.assert_close(marginals(logits, A)[row, t, label], p)


def test_a_step_without_a_label_agrees_with_every_label(scores):
    logits, A = scores
    y_BT = torch.tensor([[0, -1, 2, 1], [2, 2, 1, 0]])
    brute = every_score(logits[0], A)
    agreeing = torch.stack([brute[0, label, 2, 1] for label in range(L)])
    found = label_score(logits, A, y_BT, torch.ones(2, T, dtype=torch.bool))
    torch.testing.assert_close(found[0], torch.logsumexp(agreeing, 0))
    torch.testing.assert_close(found[1], every_score(logits[1], A)[2, 2, 1, 0])


def test_without_transitions_a_crf_is_a_softmax(scores):
    logits, _ = scores
    head = CRFHead(5, L).double()
    real_BT = torch.ones(2, T, dtype=torch.bool)
    y_BT = torch.tensor([[0, 1, 2, 0], [1, 1, 0, 2]])
    softmax = torch.nn.functional.cross_entropy(logits.flatten(0, 1), y_BT.flatten(), reduction="sum")
    torch.testing.assert_close(head.nll(logits, y_BT, real_BT).sum(), softmax)
    torch.testing.assert_close(head.probabilities(logits), torch.softmax(logits, -1))
    assert torch.equal(head.best(logits), logits.argmax(-1))


def test_gradients_are_those_of_the_sums():
    """Far apart as scores may be, and with padding."""
    torch.manual_seed(7)
    logits, A = 9 * torch.randn(2, T, L).double(), 9 * torch.randn(L, L).double()
    real_BT = torch.tensor([[True] * 4, [True, True, False, False]])
    inputs = (logits.requires_grad_(), A.requires_grad_())
    assert torch.autograd.gradcheck(lambda logits, A: log_partition(logits, A, real_BT), inputs)


def test_many_labels_take_little_memory():
    """With a number kept for each pair of labels, sequence and step, the gradient would take 3.2 GB."""
    logits, A = torch.randn(20, 100, 400, requires_grad=True), torch.randn(400, 400, requires_grad=True)
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.numel()) or t, lambda t: t):
        log_partition(logits, A, torch.ones(20, 100, dtype=torch.bool)).sum()
    assert max(kept) <= logits.numel()
