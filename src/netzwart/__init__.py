"""School IT of a city, from the grant to the wire and back onto paper."""
