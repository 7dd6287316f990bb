"""Programs that other projects were made for, differentiated unmodified: `python -m benchmarks.suites NAME --repo CHECKOUT`.

The programs stay in the other project's checkout, which the user names; what is here says only how to run them.
"""
