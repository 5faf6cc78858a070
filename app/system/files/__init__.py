"""Files that hang on a record: contracts, licences, pictures, recordings. Seen by whoever sees the record.

A domain whose records have files registers a Holder (services.register) and draws the tab (views.tab).

Words      file, content (the bytes, kept once: base.storage), holder (a kind of record), family, preview, thumbnail
Lifecycle  none: a file is there, or removed and can be restored
Announces  nothing
Uses       nothing
"""
