"""The shelf of worlds."""
