"""Benchmarks: how fast AdvisorHub is with a big firm, against what it promises. Run by `script/bench`."""
