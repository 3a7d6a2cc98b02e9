"""A client's figure in place of a history, and how calls teach it."""
