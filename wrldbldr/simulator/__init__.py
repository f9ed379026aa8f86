"""A ComfyUI-compatible server of our own: what a newcomer without a GPU paints with, and what tests break on purpose."""
