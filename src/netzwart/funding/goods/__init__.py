"""Goods receipt (Wareneingang): cartons are scanned against an order, devices come of it."""
