"""How near a forecast came, beside what chance alone leaves."""
