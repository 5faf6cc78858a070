"""Settings of the installation: what somebody set, since when, and what it was before.

The settings themselves are named where they are read (base.settings); here is kept what was set.

Words      setting, default, logo
Lifecycle  none: a setting is at its default or set
Announces  nothing; raises the stamp "settings"
Uses       audit, files, sign_in
"""
