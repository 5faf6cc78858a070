"""Every domain has the same shape. A new domain passes these before it has a single feature."""

import ast
import importlib
import re

import pytest
from flask_appbuilder import Model

from app.domains import DOMAINS, DOORS
from tests.architecture.sources import APP, VOCABULARY, domains_used, files, folder, tree

SHRUGS = re.compile(r"(^|_)(managers?|helpers?|utils?|handlers?|process|handle|data|info|common|misc)(_|$)")
#: Terms of the field that contain such a word. Source: DECISIONS, Rights.
#: And names that upstream chose: we override its method.
TERMS = frozenset(
    {"DataScope", "create_jwt_manager", "create_login_manager", "_set_signal_handlers"}
    | {"process_bind_param", "process_result_value"}
)
LONGEST = 300
#: The files that were longer when this test was written. They may shrink, never grow; a new one is not let in.
LONGER = {
    "base/fields/kinds.py": 305,
    "base/filters.py": 320,
    "crm/customers/models/customer.py": 316,
    "system/security/queries.py": 320,
    "base/screens/listpage.py": 311,
    "base/screens/view.py": 350,
}
GROUPS = sorted({domain.split(".")[0] for domain in DOMAINS})


def test_every_folder_with_screens_or_models_is_in_the_table_of_contents():
    found = {path.parent for group in GROUPS for path in (APP / group).glob("*/__init__.py")}
    assert {folder(domain) for domain in DOMAINS} == found


def test_every_door_has_screens():
    assert all((folder(door) / "views.py").exists() or (folder(door) / "views").is_dir() for door in DOORS)


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_has_only_the_files_everyone_knows(domain):
    entries = {path.stem for path in folder(domain).iterdir() if not path.name.startswith("__")}
    assert entries <= VOCABULARY


@pytest.mark.parametrize("domain", [*DOMAINS, *DOORS])
def test_a_domain_says_which_domains_it_uses(domain):
    text = importlib.import_module(f"app.{domain}").__doc__
    said = set(re.search(r"^Uses +(.*(?:\n +.*)*)", text, re.MULTILINE)[1].replace(",", " ").split()) - {"nothing"}
    assert said == {used.split(".")[-1] for used in domains_used(folder(domain)) - {domain}}


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_tells_its_words_and_what_it_announces(domain):
    text = importlib.import_module(f"app.{domain}").__doc__
    assert [line.split()[0] for line in text.splitlines() if re.match(r"[A-Z]\w+  ", line)][:4] == [
        "Words",
        "Lifecycle",
        "Announces",
        "Uses",
    ]


@pytest.mark.parametrize("domain", DOMAINS)
def test_what_a_domain_says_it_announces_is_what_its_facts_are(domain):
    text = importlib.import_module(f"app.{domain}").__doc__
    said = set(re.findall(r"facts\.(\w+)", text))
    facts = folder(domain) / "facts.py"
    defined = {node.name for node in tree(facts).body if isinstance(node, ast.ClassDef)} if facts.exists() else set()
    assert said == defined


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("domain", DOMAINS)
def test_tables_carry_the_name_of_their_domain(domain):
    name = domain.split(".")[-1]
    classes = [mapper.class_ for mapper in Model.registry.mappers]
    tables = [cls.__tablename__ for cls in classes if cls.__module__.startswith(f"app.{domain}.")]
    assert [table for table in tables if not table.startswith(f"{name}_")] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_only_a_service_moves_a_record_to_another_state(domain):
    for path in files(folder(domain)):
        inside = path.relative_to(folder(domain)).parts[0].removesuffix(".py")
        for node in ast.walk(tree(path)):
            writes_state = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr == "state"
            assert not writes_state or inside == "services", f"{path}:{node.lineno}"


def test_no_name_of_ours_is_a_shrug():
    for path in files():
        defined = [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        for name in [path.stem, *defined]:
            snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
            assert name in TERMS or not SHRUGS.search(snake), f"{path}: {name}"


def test_no_file_of_ours_holds_two_lives():
    lengths = {path.relative_to(APP).as_posix(): len(path.read_text("utf-8").splitlines()) for path in files()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGER.get(name, LONGEST)} == {}


def test_no_sentence_stands_inside_another_string():
    """Python before 3.12 hides what stands in an f-string from whoever collects sentences, later ones show it."""
    hidden = [
        f"{path.relative_to(APP)}:{call.lineno}"
        for path in files()
        for joined in ast.walk(tree(path))
        if isinstance(joined, ast.JoinedStr)
        for call in ast.walk(joined)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"_", "ngettext"}
    ]
    assert hidden == []
