"""A shift plan: time and demand, the linear program, the search, and what it found read back."""
