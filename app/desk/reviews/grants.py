"""Which built-in role gets which screen and button of reviews. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_history", "can_export"]
ANSWER = [*LOOK, "can_reply"]
DECIDE = [*ANSWER, "can_decide"]
ASK = ["can_list", "can_export", "can_revisit", "can_link"]

GRANTS = {
    "admin": {"RatingView": DECIDE, "RevisitView": ASK},
    "service_manager": {"RatingView": DECIDE, "RevisitView": ASK},
    "supervisor": {"RatingView": DECIDE, "RevisitView": ASK},
    "agent": {"RatingView": ANSWER, "RevisitView": ASK},
    "technician": {"RatingView": ANSWER},
    "auditor": {"RatingView": LOOK},
    "executive": {"RatingView": LOOK},
}
