"""Pictures: the grid, its menu, and one picture large."""
