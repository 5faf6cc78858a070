"""What one file may cost. They grow with what it holds, so that a small file can never be dear."""

import os
import resource
from dataclasses import dataclass

MIB = 1024 * 1024
LARGEST_UNPACKED = 2048 * MIB  # a million rows × 20 columns are about 900 MiB of XML
SUSPICIOUS_UNPACKED = 24 * MIB  # up to here any ratio is harmless
LARGEST_RATIO = 100  # sheets pack 5 to 20 times, bombs 1,000 times
MOST_ENTRIES = 5_000
MOST_ROW_TAGS = 1_048_576  # Excel's own limit
BASE_BYTES, BYTES_PER_BYTE, MOST_BYTES = 128 * MIB, 6, 6144 * MIB
BASE_SECONDS, BYTES_PER_SECOND = 4, 3 * MIB


@dataclass
class Limits:
    """`max_rows` counts rows with content on one sheet, headings included; `max_columns` the columns of one row."""

    max_rows: int
    max_columns: int

    def enforce(self) -> None:
        """Bind this process to the smallest limits; `widen` loosens them once the true size is known."""
        os.nice(5)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        self.widen(0)

    def widen(self, unpacked_bytes: int) -> None:
        """Allow what a file of so many unpacked bytes fairly needs: memory, processor time, spool."""
        memory = min(BASE_BYTES + BYTES_PER_BYTE * unpacked_bytes, MOST_BYTES)
        seconds = BASE_SECONDS + unpacked_bytes // BYTES_PER_SECOND
        resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * MIB + 3 * unpacked_bytes, resource.RLIM_INFINITY))
