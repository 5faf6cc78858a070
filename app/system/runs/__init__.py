"""Runs: one action over many rows, kept as one thing, and taken back as one thing.

Words      run, row of a run, action, count, preview, take back
Lifecycle  planned → running → done | stopped; done → undoing → undone
Announces  nothing
Uses       nothing
"""
