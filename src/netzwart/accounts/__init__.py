"""Users, roles, sign-in, tokens, guards and the audit trail."""
