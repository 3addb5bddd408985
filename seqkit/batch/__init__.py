"""Apply a task to many files in parts, with a ledger, on any engine. Imports no torch."""
