"""Shared parts of the commands: arguments, options from dataclasses, tables and progress. Does not import torch."""
