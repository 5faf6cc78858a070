"""The rules of tickets: phases and verbs, flows, what a ticket must be, and the flows to begin with."""
