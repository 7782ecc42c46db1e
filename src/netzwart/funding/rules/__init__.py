"""The arithmetic of funding: pure functions over plain values, one module per verb.

`terms` and `facts` hold the values; `settling` puts all formulas together for one grant. Nothing
here knows a database, a page or the present day. Source: `domain/funding.md`, section 9.
"""
