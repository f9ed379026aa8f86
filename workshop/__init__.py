"""What sets up a checkout: plain Python without dependencies, run before anything is installed."""
