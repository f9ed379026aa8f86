"""Director Mode: who is at hand at the left, the stage in the middle, the queue at the right when it is wanted."""
