"""The home page. A door: it has no business of its own; each domain hangs its cards on ``base.screens.home``.

Words      card, figures, wait (what waits for a person's next step), choice (which cards, in which order)
Uses preferences, security
"""
