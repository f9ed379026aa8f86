"""One module per address."""
