"""Search: one index of short pieces of text beside the records, and one box that asks it.

It knows no business: which records are found, by which of their texts, says a Kind, which a domain registers
(services.register). The index only proposes; a hit is a record in scope whose real text holds what was typed.

Words      kind, part (one sort of text of a record), entry (a record's pieces), token (one piece), rank, hit
Lifecycle  none: an entry is written in the transaction that changes its record
Announces  nothing
Uses       nothing
"""
