"""Whole corpora: any task applied to many files in parts, with a ledger, on any engine. Imports no torch."""
