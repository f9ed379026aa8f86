"""The REST API under /api: the same verbs as the screens, for scripts, other programs, image tags and signing in."""
