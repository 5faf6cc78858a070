"""Read the file named by the first argument into the spool named by the second, within the limits of the third."""

import json
import sys

from allowance import Limits
from kinds import kind_of
from refusal import Refused
from spool import Spool


def main() -> None:
    path, spool_path, wishes = sys.argv[1:4]
    limits = Limits(**json.loads(wishes))
    limits.enforce()
    try:
        with Spool(spool_path, limits) as spool:
            report = {"kind": _read(path, spool, limits), "sheets": spool.sheets}
    except Refused as refused:
        report = {"refusal": refused.reason, "values": refused.values}
    except MemoryError:
        report = {"refusal": "too_much_memory", "values": {}}
    except OSError:  # the spool has reached its largest size
        report = {"refusal": "too_large", "values": {}}
    sys.stdout.write(json.dumps(report))


def _read(path: str, spool: Spool, limits: Limits) -> str:
    """Spool every sheet of the file and return its kind. The readers are imported late: each file needs but one."""
    kind = kind_of(path)
    if kind == "csv":
        from commas import read_csv  # noqa: PLC0415

        read_csv(path, spool)
    else:
        from workbooks import read_workbook  # noqa: PLC0415

        read_workbook(path, kind, spool, limits)
    return kind


main()
