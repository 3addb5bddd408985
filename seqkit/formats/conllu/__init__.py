"""Read and write CoNLL-U (https://universaldependencies.org/format.html)."""
