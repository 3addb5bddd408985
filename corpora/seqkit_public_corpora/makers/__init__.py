"""Examples that are made, not read: functions `(folder, split, options) -> Iterator[Item]`, named by the manifests.

Every number that shapes an example stands in the manifest's table `[options]`. Example `index` of a split follows from
(seed, split, index) alone, so the first hundred examples are the same however many are made.
"""
