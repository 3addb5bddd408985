"""Hostile inputs, and targets that must accept or refuse them; used by `benchmarks/fuzz.py` and `tests/hostile`."""
