"""`seqkit plugins`."""


def plugins() -> None:
    """To come."""
    raise NotImplementedError
