"""Search and sampling: from a decoder's probabilities to outputs. Independent of what the symbols mean."""
