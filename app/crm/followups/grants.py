"""Which built-in role gets which screen and button of follow-ups. Seeds: an administrator may change them."""

LOOK = ["can_list", "can_show", "can_history", "can_export"]
WORK = [*LOOK, "can_add", "can_edit", "can_delete", "can_revert"]
DAY = ["can_list", "can_export"]
CALENDAR = ["can_list"]
CYCLES = ["can_list", "can_show", "can_history"]

GRANTS = {
    "admin": {
        "FollowupView": WORK,
        "TodayView": DAY,
        "CalendarView": [*CALENDAR, "can_feed"],
        "CycleView": [*CYCLES, "can_add", "can_edit", "can_delete"],
    },
    "supervisor": {
        "FollowupView": WORK,
        "TodayView": DAY,
        "CalendarView": [*CALENDAR, "can_feed"],
        "CycleView": [*CYCLES, "can_add", "can_edit", "can_delete"],
    },
    "dispatcher": {"FollowupView": LOOK},
    "agent": {"FollowupView": WORK, "TodayView": DAY, "CalendarView": [*CALENDAR, "can_feed"]},
    "service_manager": {"FollowupView": LOOK, "CalendarView": CALENDAR},
    "sales": {"FollowupView": WORK, "TodayView": DAY, "CalendarView": [*CALENDAR, "can_feed"]},
    "auditor": {"FollowupView": LOOK, "CycleView": CYCLES},
    "executive": {"FollowupView": LOOK},
}
