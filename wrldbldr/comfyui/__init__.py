"""The outside ComfyUI server: how it speaks, how it fails, and what we make of both."""
