"""Several clients on shared agents: what it saves against separate teams, and whose the saving is."""
