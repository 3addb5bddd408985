"""From a decoder's probabilities to outputs. Nothing here knows what the symbols mean."""
