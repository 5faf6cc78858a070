"""Which built-in role gets which button of channels. The auditor reads how they are set up, without secrets."""

LOOK = ["can_list", "can_show", "can_history"]

GRANTS = {
    "admin": {
        "ChannelView": [*LOOK, "can_add", "can_edit", "can_delete", "can_switch", "can_test"],
        "TemplateView": [*LOOK, "can_add", "can_edit", "can_delete"],
        "DeliveryView": ["can_list", "can_show", "can_export", "can_resend"],
    },
    "auditor": {"ChannelView": LOOK, "TemplateView": LOOK, "DeliveryView": ["can_list", "can_show", "can_export"]},
}
