"""A queue's history as a matrix of days and slots, and what of it teaches."""
