"""`seqkit train`."""


def train() -> None:
    """To come."""
    raise NotImplementedError
