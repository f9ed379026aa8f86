"""Stand-ins that implement the real interfaces."""
