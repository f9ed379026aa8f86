"""What one browser knows: many small states, each a view of what the services hold."""
