"""What a quote rests on: `quote.toml`, group by group."""
