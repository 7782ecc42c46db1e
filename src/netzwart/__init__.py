"""School IT of a city, from the grant to the wire and back onto paper."""

__version__ = "0.1.0"
