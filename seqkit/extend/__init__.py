"""The plugin system: hooks, the records that they yield, and the host that collects them."""
