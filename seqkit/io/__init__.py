"""File input and output: atomic writes, compression, zip files, JSON, text by line."""
