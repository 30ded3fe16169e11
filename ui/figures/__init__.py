"""Charts: one function, one chart; what they share is in `theme`."""
