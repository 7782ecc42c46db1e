"""An append-only hash chain over what must not be changed unnoticed, sealed per day."""
