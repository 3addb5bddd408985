"""Equations as torch modules, one file each. Plugins may import them."""
