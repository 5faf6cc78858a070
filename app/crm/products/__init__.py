"""Products 产品 and services: what is sold, for how much, and for how long a service runs.

Words      product, category, unit, price, term, retire
Lifecycle  none of its own: a product is offered, or retired; one that is in use is never deleted
Announces  nothing
Uses       audit, recycle, imports, search, customers
"""
