"""The generation queue, docked at the right."""
