"""Named reads: what can be found, and finding it."""

from app.system.search.queries.finding import Finder, Hit, find
from app.system.search.queries.kinds import Kind, Line, Watch, kinds
from app.system.search.queries.twins import twins

__all__ = ["Finder", "Hit", "Kind", "Line", "Watch", "find", "kinds", "twins"]
