"""Funding programmes as data: one folder each, every value with its status and its source.

`load_programmes()` reads them; `FundingProgramme.with_overrides()` puts the notice's values on
top; `rule_notes()` names what a proof must warn about.
"""
