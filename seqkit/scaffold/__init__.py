"""Create new plugins from the templates in `seqkit/templates`."""
