"""The trade's rules about custody; pure."""
