"""What channels do by themselves."""

from flask import current_app

from app.base import public
from app.base.i18n import _
from app.base.timetable import daily, every
from app.system.channels import services


@every(_("Send what waits to leave by mail, robots and text messages"), minutes=1)
def send() -> int:
    """Send all that is due."""
    made = current_app.config["ZHIKE"]
    return services.send_waiting(
        house=public.house(), allowed_hosts=made.channel_hosts, lease_seconds=made.job_lease_seconds
    )


@daily(_("Remove old deliveries"), hour=3, minute=40)
def sweep() -> int:
    """Remove deliveries that ended three months ago."""
    return services.sweep()
