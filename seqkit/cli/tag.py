"""`seqkit tag`."""


def tag() -> None:
    """To come."""
    raise NotImplementedError
