"""One module for each bench; what they are called, and in which order they run, is in bench.py."""
