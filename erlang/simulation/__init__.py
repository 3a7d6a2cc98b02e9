"""The witness: calls, queues and teams played event by event."""
