"""Papers that are lists: drawdown, procurement, earmarks, inventory, assets, council statement."""
