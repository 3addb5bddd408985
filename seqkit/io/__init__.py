"""Files as they lie on the disk: written whole or not at all, packed, zipped, JSON, text line by line."""
