"""`seqkit evaluate`."""


def evaluate() -> None:
    """To come."""
    raise NotImplementedError
