"""Convert between sentences and spaCy's Docs; read and write DocBin files."""
