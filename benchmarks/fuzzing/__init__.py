"""Hostile inputs, and the code that must take or refuse them: used by `benchmarks/fuzz.py` and `tests/hostile`."""
