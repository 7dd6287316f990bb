"""Transforms of programs: stages, the layout of arguments and results, and the table of what a derivative can be (`table.py`)."""
