"""Transforms of programs: stages, the layout of arguments and results, and the table of derivatives (`table.py`)."""
