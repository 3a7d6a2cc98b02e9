"""How far a forecast may be off: trials of the weeks before, and the bands drawn from them."""
