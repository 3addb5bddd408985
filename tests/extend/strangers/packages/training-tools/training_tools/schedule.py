"""A schedule."""


def square(left: float) -> float:
    """The square of the share of steps left."""
    return left**2
