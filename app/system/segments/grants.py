"""Which built-in role keeps segments, and who may share them. Keeping one's own is everybody's.

The auditor keeps private ones. Source: DECISIONS, Rights.
"""

OWN = ["can_list", "can_show", "can_keep", "can_history"]
SHARING = [*OWN, "can_share"]

GRANTS = {
    "admin": {"SegmentView": [*SHARING, "can_take_over"]},
    "supervisor": {"SegmentView": SHARING},
    "dispatcher": {"SegmentView": SHARING},
    "agent": {"SegmentView": OWN},
    "service_manager": {"SegmentView": SHARING},
    "technician": {"SegmentView": OWN},
    "finance": {"SegmentView": OWN},
    "sales": {"SegmentView": OWN},
    "marketing": {"SegmentView": SHARING},
    "kb_editor": {"SegmentView": OWN},
    "hr": {"SegmentView": OWN},
    "auditor": {"SegmentView": OWN},
    "executive": {"SegmentView": OWN},
}
