"""A whole day at once: what callers get as load and agents change, and the repair of a plan."""
