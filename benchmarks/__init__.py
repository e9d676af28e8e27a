"""Measurements of speed: `python -m benchmarks.<name>` prints one table each."""
