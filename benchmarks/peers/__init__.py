"""Other packages that forecast the same histories, and what all are scored by."""
