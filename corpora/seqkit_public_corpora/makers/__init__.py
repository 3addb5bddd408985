"""Makers of examples: functions `(folder, split, options) -> Iterator[Item]`, named by the manifests.

The table `[options]` of the manifest has all parameters. Example `index` of a split depends on (seed, split, index)
only, so the first hundred examples are the same for any number of examples.
"""
