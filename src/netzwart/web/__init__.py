"""Page frame, components, lists, problem page and static files."""
