"""The pages of the ops: each has one definition, which says all there is to know of it (`ir/opdef.py`)."""
