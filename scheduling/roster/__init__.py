"""Who works when: a search over named people, its bound, and the tables that it ends in."""
