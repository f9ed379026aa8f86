"""Creator Mode: the list at the left, the editor in the middle, and the dialog that asks for pictures."""
