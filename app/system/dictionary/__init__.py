"""The data dictionary: every list of values from which people choose, in three languages.

Words      dictionary, value, retire, merge
Lifecycle  none: a value is active or retired
Announces  nothing; raises the stamp "dictionary"
Uses       nothing
"""
