"""Is no Python."""

def seqkit_recurrences(:
