"""spaCy's Docs and DocBin files."""
