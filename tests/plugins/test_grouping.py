"""Groups of runs of similar length."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqkit_segmenter.grouping import groups_of_similar_length

SIZES = st.lists(st.integers(1, 60), max_size=60).map(sorted)


@pytest.mark.parametrize(
    ("sizes", "bounds", "groups"),
    [
        ([], {}, []),
        ([3], {}, [[3]]),
        ([3, 4, 6, 7, 12, 13], {}, [[3, 4, 6], [7, 12, 13]]),
        ([3, 4, 6, 7, 12, 13], {"most_runs": 2}, [[3, 4], [6, 7], [12, 13]]),
        ([3, 4, 6, 7, 12, 13], {"most_chars": 14}, [[3, 4], [6, 7], [12], [13]]),
        ([30, 40], {"most_chars": 14}, [[30], [40]]),
    ],
)
def test_the_bounds_of_a_group(sizes, bounds, groups):
    assert [sizes[group] for group in groups_of_similar_length(sizes, lambda n: 2 * n, **bounds)] == groups


@given(SIZES, st.integers(1, 9), st.integers(1, 200))
def test_each_run_is_in_one_group_and_no_group_could_be_longer(sizes, most_runs, most_chars):
    def fits(group):
        chars = group[-1] * len(group)
        return group[-1] <= 2 * group[0] and len(group) <= most_runs and chars <= most_chars

    groups = [sizes[one] for one in groups_of_similar_length(sizes, lambda n: 2 * n, most_runs, most_chars)]
    assert [size for group in groups for size in group] == sizes
    assert all(fits(group) or len(group) == 1 for group in groups)
    assert not any(fits([*group, after[0]]) for group, after in pairwise(groups))
