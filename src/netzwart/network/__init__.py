"""Nodes, credentials, device profiles, the wires, polling and what they recorded."""
