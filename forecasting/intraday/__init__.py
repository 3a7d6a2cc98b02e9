"""The rest of a day, given its calls until now."""
