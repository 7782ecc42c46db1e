"""Proof of use: money and evidence joined into one value that can be printed."""
