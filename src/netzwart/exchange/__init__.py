"""A whole city in and out as one file: read, plan, apply, all or nothing."""
