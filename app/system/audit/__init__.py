"""History on screens: who changed what, when and from where; comparing, taking back, restoring.

Words      change set, version, difference, take back, restore
Lifecycle  none
Announces  nothing
Uses       security
"""
