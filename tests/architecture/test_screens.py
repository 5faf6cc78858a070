"""Every screen of ours stands on the house's views, and every button belongs to somebody."""

import ast
import importlib
from importlib.util import find_spec

import pytest
from flask_appbuilder import BaseView
from flask_appbuilder.api import BaseApi

from app.base.screens.view import DomainView
from app.domains import DOMAINS
from app.system.security.rules import ROLES
from tests.architecture.sources import files, folder, tree

pytestmark = pytest.mark.one_database

#: Open to everybody who is signed in, or to everybody: one's own affairs, and the door; and search, where each kind
#: of record asks for the permission of its own list.
NOBODYS = frozenset({"SignInView", "InboxView", "AuthView", "LimitedSecurityApi", "HomeView", "SearchView"}) | {
    "NotificationsView",
    "PreferencesView",
    "LogoView",
    "FeedView",  # its token is the key
    "RateView",  # its token is the key
}
#: Permissions with which one only looks.
LOOKS = frozenset("can_list can_show can_history can_export can_read can_get can_info can_verify".split()) | {
    "can_phones",
    "can_accounts",
    "can_identity",
    "can_hidden_fields",
}
#: What is one's own and nobody else's: private segments. Source: DECISIONS, Rights.
OWN = frozenset({"can_keep"})
GUARDS = frozenset({"has_access", "has_access_api", "protect", "signed"})  # signed: base.screens.api asks both
#: What upstream gives a view without being asked, and nobody needs.
UPSTREAMS = frozenset({"can_this_form_get", "can_this_form_post"})


def grants():
    found = {}
    for domain in DOMAINS:
        if find_spec(f"app.{domain}.grants"):
            found[domain] = importlib.import_module(f"app.{domain}.grants").GRANTS
    return found


def granted():
    return {
        (view, permission)
        for roles in grants().values()
        for views in roles.values()
        for view, permissions in views.items()
        for permission in permissions
    }


def ours(app):
    return [view for view in app.appbuilder.baseviews if type(view).__module__.startswith("app.")]


def rights(app):
    """Return every (screen, permission) of the running application."""
    return {
        (view.class_permission_name, permission) for view in ours(app) for permission in view.base_permissions or ()
    }


def test_every_screen_of_ours_is_a_domain_view_or_a_plain_one(app):
    for view in ours(app):
        assert isinstance(view, DomainView | BaseView | BaseApi), view


def test_every_button_is_granted_to_somebody(app):
    wanted = {right for right in rights(app) if right[0] not in NOBODYS and right[1] not in UPSTREAMS}
    assert wanted - granted() == set()


def test_every_granted_right_exists(app):
    assert granted() - rights(app) == set()


def test_grants_name_only_built_in_roles():
    assert {role for roles in grants().values() for role in roles} <= set(ROLES)


def test_an_auditor_is_granted_nothing_that_changes():
    """Source: DECISIONS, Rights: the auditor changes nothing except own preferences and private segments."""
    held = {
        permission
        for roles in grants().values()
        for permissions in roles.get("auditor", {}).values()
        for permission in permissions
    }
    assert held <= LOOKS | OWN


def test_every_address_of_a_screen_asks_for_a_permission():
    """``@expose`` without ``@has_access`` would be open to everybody who is signed in."""
    for domain in DOMAINS:
        for path in files(folder(domain)):
            for cls in (node for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)):
                if cls.name not in NOBODYS:
                    assert_guarded(path, cls)


def assert_guarded(path, cls):
    for method in (node for node in cls.body if isinstance(node, ast.FunctionDef)):
        names = {_name(decorator) for decorator in method.decorator_list}
        if "expose" in names:
            assert names & GUARDS, f"{path}:{method.lineno} {cls.name}.{method.name}"


def _name(decorator):
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else called.id
