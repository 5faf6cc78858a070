"""Keys: with which keys personal data are encrypted, and how all of it comes under a new one.

Words      key, ring (all keys of the installation, the current one first), place (a sealed column), rotation
Lifecycle  a key is made, current, only opens, and (when nothing is left under it) removed from the setting
Announces  nothing
Uses       jobs
"""
