"""The pages of the ops: each op has one definition, which says all there is to know about it (`ir/opdef.py`)."""
