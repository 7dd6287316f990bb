import sys
from pathlib import Path

# The checks that the corpus of programs goes through.
sys.path.insert(0, str(Path(__file__).parents[1] / "programs"))
