"""Input and output of files: atomic writes, compression, zip files, JSON, text by line."""
