"""Single steps of the compiled search, for Python to take by itself."""

from scheduling.roster import cover
from scheduling.roster import strain as strains
from scheduling.roster.search import door

place = door(cover.place.py_func)
strain = door(strains.strain.py_func)
