"""The commands of the terminal door: each reads tables, calls one public function, and writes tables.

Only click is imported at the top; a command imports what it needs, so that `callplan --help` answers at once.
"""
