"""The home page. A door: it has no business of its own; each domain hangs its cards here.

Words      card
Uses       customers
"""
