"""Products 产品 and services: what is sold, for how much, and for how long a service runs.

Words      product, category, unit, price, term
Lifecycle  none of its own: a product is offered, or no more
Announces  nothing
Uses       security, sign_in, audit, recycle
"""
