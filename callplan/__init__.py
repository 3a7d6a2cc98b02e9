"""The floor that every room stands on: tables, the interval grid, settings, errors. Imports no room."""
