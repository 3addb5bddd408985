"""Functions for Python and notebooks, with the names and options of the commands.

They are imported when they are first used. None shows progress by default; errors are SeqkitError, and
TypeError for an argument of the wrong type.
"""
