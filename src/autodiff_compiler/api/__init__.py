"""What users call, and the objects that they get: see `functions.py`."""
