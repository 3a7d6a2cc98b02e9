"""The search for the smallest team: one plain search, and quick ways to the same answer."""
