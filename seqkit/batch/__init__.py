"""Apply a task to many files in parts, with a ledger, on any engine. Does not import torch."""
