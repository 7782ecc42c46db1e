"""Bought things: models, devices, their life, loans and disposal."""
