"""New plugins from the templates in `seqkit/templates`."""
