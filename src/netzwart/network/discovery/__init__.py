"""Finds what answers in an address range and proposes it; a person decides what it becomes."""
