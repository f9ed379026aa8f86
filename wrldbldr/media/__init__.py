"""Picture files on disk. Everything here blocks: call it in a thread."""
