"""State changes as they happen: read from the change table, told to whoever may see them."""
