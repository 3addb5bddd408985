"""Corpora by name, files by suffix, parallel text, tables of media, splits and statistics."""
