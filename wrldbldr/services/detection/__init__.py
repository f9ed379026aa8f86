"""Where in a foreign graph our words, numbers and pictures go."""
