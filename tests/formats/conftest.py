"""Strategies for random examples in tests of formats."""

from hypothesis import settings

# A busy machine must not fail a test, nor may a test fail on one day only.
settings.register_profile("seqkit", deadline=None, derandomize=True, max_examples=150)
settings.load_profile("seqkit")
