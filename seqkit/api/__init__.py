"""The functions of the package for Python and notebooks: what the commands do, with their names and options.

They are imported when they are first used. None shows progress unless it is asked to; errors are SeqkitError, and
TypeError for an argument of the wrong type.
"""
