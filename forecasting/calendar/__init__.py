"""What is known of days beforehand: holidays by country, events of one's own, opening hours."""
