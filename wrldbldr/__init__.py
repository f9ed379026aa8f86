"""WrldBldr: paint a tabletop role-playing world with your own ComfyUI."""
