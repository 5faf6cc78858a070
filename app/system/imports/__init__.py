"""Imports: a file becomes staged rows, each with a verdict, then records, and can be taken back as a whole.

It knows no business: what a row means says a Target, which a domain registers (services.targets).

Words      run (one file on its way in), row (one line of it), target, mapping, verdict, choice, proposal
Lifecycle  rules.LIFECYCLE: uploaded → checked → importing → imported → undoing → undone; discarded
Announces  nothing of its own; the target announces what it wrote
Uses       security, dictionary, jobs
"""
