"""Which built-in role gets which screen and button of opportunities. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_history", "can_export"]
WORK = [*LOOK, "can_add", "can_edit", "can_delete", "can_move", "can_decide", "can_revert"]
MOVES = ["can_list", "can_export"]
STAGES = ["can_list", "can_show", "can_history"]
KEEP = [*STAGES, "can_add", "can_edit", "can_retire"]
MANY = {"CustomerView": ["can_make_opportunities"], "FollowupView": ["can_make_opportunities"]}

GRANTS = {
    "admin": {"OpportunityView": [*WORK, "can_allocate"], "MoveView": MOVES, "StageView": KEEP, **MANY},
    "supervisor": {"OpportunityView": [*WORK, "can_allocate"], "MoveView": MOVES, "StageView": KEEP, **MANY},
    "agent": {"OpportunityView": WORK, "MoveView": MOVES, **MANY},
    "sales": {"OpportunityView": WORK, "MoveView": MOVES, **MANY},
    "auditor": {"OpportunityView": LOOK, "MoveView": MOVES, "StageView": STAGES},
    "executive": {"OpportunityView": LOOK, "MoveView": MOVES},
}
