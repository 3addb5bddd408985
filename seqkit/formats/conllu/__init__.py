"""CoNLL-U (https://universaldependencies.org/format.html)."""
