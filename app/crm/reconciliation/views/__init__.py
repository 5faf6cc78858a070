"""The screens of bank reconciliation."""
