"""Public money: programmes and their rules, grants, orders, invoices, payments, drawdowns."""
