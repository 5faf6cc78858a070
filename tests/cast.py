"""The people in every test, and where they work. Ids, names and departments never change.

总部 ┬ 客服一部 ┬ 客服一组
     │          └ 客服二组
     ├ 客服二部
     ├ 财务部 · 技术部 · 销售部 · 市场部 · 人事部
"""

from dataclasses import dataclass
from functools import lru_cache

from werkzeug.security import generate_password_hash

from app.base.actor import SYSTEM, Actor, acting
from app.base.transaction import transaction
from app.extensions import db
from app.system.security import queries, services
from app.system.security.models import Department

PASSWORD = "Correct-horse-9"

#: Name → (id, name of the department above).
DEPARTMENTS = {
    "总部": (1, None),
    "客服一部": (2, "总部"),
    "客服一组": (3, "客服一部"),
    "客服二组": (4, "客服一部"),
    "客服二部": (5, "总部"),
    "财务部": (6, "总部"),
    "技术部": (7, "总部"),
    "销售部": (8, "总部"),
    "市场部": (9, "总部"),
    "人事部": (10, "总部"),
}


@dataclass(frozen=True)
class Person:
    """One of the cast."""

    id: int
    username: str
    name: str
    department: str
    roles: tuple[str, ...]

    @property
    def department_id(self) -> int:
        return DEPARTMENTS[self.department][0]

    @property
    def actor(self) -> Actor:
        """The person as services know them, asked from the database. Needs an app context."""
        found = queries.actor(self.id)
        assert found is not None, f"{self.username} cannot act"
        return found


ANRAN = Person(1, "anran", "安然", "总部", ("admin",))
SAM = Person(2, "sam", "沈萌", "客服一部", ("supervisor",))  # above Lin, Mei and Guo; not above Eve
LIN = Person(3, "lin", "林晓", "客服一组", ("agent",))
MEI = Person(4, "mei", "梅芳", "客服一组", ("agent",))  # Lin's neighbour
EVE = Person(5, "eve", "叶薇", "客服二部", ("agent",))  # works elsewhere
GUO = Person(6, "guo", "郭冬", "客服二组", ("agent",))  # another team, same supervisor
DAI = Person(7, "dai", "戴宁", "总部", ("dispatcher",))
XU = Person(8, "xu", "许诺", "总部", ("auditor",))
QIAN = Person(9, "qian", "钱朵", "财务部", ("finance",))
ZONG = Person(10, "zong", "宗岚", "总部", ("executive",))
SHI = Person(11, "shi", "施扬", "市场部", ("marketing",))
GAO = Person(12, "gao", "高远", "技术部", ("service_manager",))
XIAO = Person(13, "xiao", "肖磊", "销售部", ("sales",))
JI = Person(14, "ji", "季工", "技术部", ("technician",))
REN = Person(15, "ren", "任静", "人事部", ("hr",))
WEN = Person(16, "wen", "文雅", "客服二部", ("kb_editor",))
BAI = Person(17, "bai", "白洁", "总部", ())  # may sign in and nothing else: for the first gate

PEOPLE = (ANRAN, SAM, LIN, MEI, EVE, GUO, DAI, XU, QIAN, ZONG, SHI, GAO, XIAO, JI, REN, WEN, BAI)
BY_USERNAME = {person.username: person for person in PEOPLE}
BY_ROLE = {role: person for person in reversed(PEOPLE) for role in person.roles}


@lru_cache
def password_hash() -> str:
    """Return the hash of everybody's password, made cheaply: a real one costs 60 ms each time it is checked."""
    return generate_password_hash(PASSWORD, "pbkdf2:sha256:1")


def employ() -> None:
    """Fill an installed but empty database with the departments and the cast. Needs an app context."""
    with acting(SYSTEM):
        transaction(_departments)()
        transaction(_people)()


def _departments() -> None:
    for name, (key, above) in DEPARTMENTS.items():
        department = Department()
        values = {"name": name, "parent": DEPARTMENTS[above][0] if above else None}
        services.save_department(department, values, actor=SYSTEM, revision=None)
        db.session.flush()
        assert department.id == key


def _people() -> None:
    for person in PEOPLE:
        values = {"username": person.username, "name": person.name, "email": f"{person.username}@example.cn"}
        values |= {"department": person.department_id, "roles": person.roles, "number": f"E{person.id:03}"}
        employee = services.hire(values, actor=SYSTEM)
        employee.account.password = password_hash()
        db.session.flush()
        assert employee.id == person.id
