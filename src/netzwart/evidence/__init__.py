"""What was seen, how well it proves existence, and what people decided about differences."""
