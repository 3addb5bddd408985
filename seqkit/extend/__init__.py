"""The plugin system: the hooks, the records they yield, and the host that collects them."""
