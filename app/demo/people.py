"""The house of the demo: six departments, thirty people, every role at work. Made up."""

from typing import NamedTuple

PASSWORD = "zhike-demo-2026"  # noqa: S105 - shown at the start of every demo


class Person(NamedTuple):
    """One employee of the demo."""

    username: str
    name: str
    department: str
    position: str
    role: str


#: name → (the department above, kind)
DEPARTMENTS: dict[str, tuple[str | None, str]] = {
    "河南启新软件有限公司": (None, "company"),
    "客服一部": ("河南启新软件有限公司", "department"),
    "客服一部豫西组": ("客服一部", "team"),
    "客服二部": ("河南启新软件有限公司", "department"),
    "技术服务部": ("河南启新软件有限公司", "department"),
    "综合管理部": ("河南启新软件有限公司", "department"),
}
HEADS = {"河南启新软件有限公司": "zhouming", "客服一部": "lijing", "客服二部": "sunlei", "技术服务部": "gaoxiang"}
HOUSE, FIRST, WEST, SECOND, TECH, OFFICE = DEPARTMENTS

PEOPLE = (
    Person("admin", "韩冬", OFFICE, "it", "admin"),
    Person("zhouming", "周明", HOUSE, "general_manager", "executive"),
    Person("lijing", "李静", FIRST, "service_lead", "supervisor"),
    Person("sunlei", "孙磊", SECOND, "service_lead", "supervisor"),
    Person("chenfang", "陈芳", OFFICE, "agent", "dispatcher"),
    Person("wangli", "王丽", FIRST, "agent", "agent"),
    Person("zhaomin", "赵敏", FIRST, "agent", "agent"),
    Person("chenxiaodong", "陈晓东", WEST, "agent", "agent"),
    Person("liuyang", "刘洋", WEST, "agent", "agent"),
    Person("zhouting", "周婷", WEST, "agent", "agent"),
    Person("hexue", "何雪", FIRST, "agent", "agent"),
    Person("sunhao", "孙浩", FIRST, "agent", "agent"),
    Person("maxiaoyan", "马晓燕", SECOND, "agent", "agent"),
    Person("guojing", "郭静", SECOND, "agent", "agent"),
    Person("xuwei", "徐伟", SECOND, "agent", "agent"),
    Person("dongjie", "董洁", SECOND, "agent", "agent"),
    Person("luping", "卢平", SECOND, "agent", "agent"),
    Person("songyan", "宋妍", SECOND, "agent", "agent"),
    Person("gaoxiang", "高翔", TECH, "department_head", "service_manager"),
    Person("liqiang", "李强", TECH, "engineer", "technician"),
    Person("zhanglei", "张磊", TECH, "engineer", "technician"),
    Person("tianye", "田野", TECH, "engineer", "technician"),
    Person("mahuimin", "马会敏", OFFICE, "finance", "finance"),
    Person("xiaojun", "肖军", HOUSE, "sales_rep", "sales"),
    Person("pengbo", "彭博", HOUSE, "sales_rep", "sales"),
    Person("shenyue", "沈悦", HOUSE, "market", "marketing"),
    Person("wenjing", "文静", OFFICE, "agent", "kb_editor"),
    Person("renxia", "任霞", OFFICE, "hr", "hr"),
    Person("xuqing", "许清", HOUSE, "finance", "auditor"),
    Person("zhengkai", "郑凯", OFFICE, "agent", "dispatcher"),
)
#: Shown at the start: one account of each kind a newcomer would like to be.
SHOWN = ("admin", "lijing", "wangli", "chenfang", "mahuimin", "gaoxiang", "liqiang", "xuqing", "zhouming")
#: Those who hold customers; who leads a department keeps a few.
OWNERS = 4 * tuple(person.username for person in PEOPLE if person.role in {"agent", "sales"}) + ("lijing", "sunlei")
