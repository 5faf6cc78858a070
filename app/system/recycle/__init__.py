"""The recycle bin: what was deleted, by whom, when and why; bringing it back, and deleting it for good.

A domain registers its kinds of records in base.recycle, calls ``services.put`` where it deletes, and mixes
``views.Recycled`` into their screens. An entry is logically deleted itself when its record has left the bin.

Words      recycle bin, entry, reason, restore, permanent delete (purge), what forbids it, what hinders, way round it
Lifecycle  none of its own: a record is in the bin, or has left it
Announces  nothing
Uses       security, runs
"""
