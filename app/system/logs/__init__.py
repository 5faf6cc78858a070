"""The log: who came in, looked at, took out, was refused, changed rights; sealed in a chain that shows tampering.

Words      entry, kind, subject, detail; seal, chain, head, cut; verify
Lifecycle  none: an entry is written, sealed within a minute, and cut off with its month
Announces  nothing
Uses       security
"""
