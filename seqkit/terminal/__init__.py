"""Shared parts of the commands: arguments, options made from dataclasses, tables and progress. Imports no torch."""
