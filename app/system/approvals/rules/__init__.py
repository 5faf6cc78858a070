"""What a flow may look like, who is asked at a step, and what a decision leads to. Pure."""
