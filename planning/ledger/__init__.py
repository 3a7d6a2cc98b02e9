"""What was published beside what came: which forecast spoke, how near it was, what the miss cost and why."""
