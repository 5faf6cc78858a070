"""The image and the composition, read by a parser: nothing can be built where the tests run.

What the image copies is copied here, and must be enough to start.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields

import pytest
import yaml

from config import ROOT, Settings

SECRETS = re.compile(r"(PASSWORD|SECRET)")


def steps():
    """Return the Dockerfile's instructions as (stage, word, rest)."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    stage, found = -1, []
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        if line.strip():
            word, _space, rest = line.strip().partition(" ")
            stage += word == "FROM"
            found.append((stage, word, rest))
    return found


def of(word, *, stage=None):
    return [rest for where, said, rest in steps() if said == word and stage in {None, where}]


@pytest.fixture(scope="module")
def services():
    return composition()["services"]


def composition():
    return yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))


def test_every_instruction_is_one_that_docker_knows():
    known = set("FROM WORKDIR RUN ENV COPY USER VOLUME EXPOSE HEALTHCHECK CMD".split())
    assert {word for _stage, word, _rest in steps()} <= known


def test_the_image_has_two_stages_and_runs_as_nobody_special():
    assert len(of("FROM")) == 2
    assert of("USER", stage=1) == ["zhike"]
    assert "useradd --system --uid 10001" in " ".join(of("RUN", stage=1))


def test_the_image_brings_a_chinese_font_and_the_pdf_program():
    assert {"fonts-noto-cjk", "wkhtmltopdf"} <= set(" ".join(of("RUN", stage=1)).split())


def test_the_image_checks_its_own_health():
    assert "/healthz" in of("HEALTHCHECK", stage=1)[0]


def test_the_final_stage_takes_from_the_build_only_what_it_made():
    assert all(rest.startswith("--from=build ") for rest in of("COPY", stage=1))


def test_no_secret_stands_in_the_image():
    assert not any(SECRETS.search(rest) for rest in of("ENV"))


def test_every_setting_of_the_image_is_one_the_product_knows():
    known = {field.name.upper() for field in fields(Settings)}
    foreign = {"PATH", "PYTHONUNBUFFERED", "FLASK_APP"}
    given = set(re.findall(r"(\w+)=", of("ENV", stage=1)[0]))
    assert given - foreign <= known


def test_everything_copied_exists_and_is_let_through():
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    sources = {name for rest in of("COPY", stage=0) for name in rest.split()[:-1]}
    assert sources == let_through
    assert all((ROOT / name).exists() for name in sources)


def test_what_is_copied_is_enough_to_start(tmp_path):
    """Runs the project's own step of the build, and then the program, in a folder with only what was copied."""
    for name in {name for rest in of("COPY", stage=0) for name in rest.split()[:-1]}:
        source = ROOT / name
        ignore = shutil.ignore_patterns("__pycache__", "vendor", "*.mo")
        shutil.copytree(source, tmp_path / name, ignore=ignore) if source.is_dir() else shutil.copy(source, tmp_path)
    step = next(rest for rest in of("RUN", stage=0) if "compileall" in rest).replace("python", sys.executable)
    given = {
        "MODE": "production",
        "SECRET_KEY": "k" * 40,
        "LOG_KEY": "l" * 40,
        "ENCRYPTION_KEYS": "k1:" + "A" * 43 + "=",
        "HOSTS": "x.example.cn",
        "DATA_DIR": str(tmp_path),
    }
    given["DATABASE_URL"] = f"sqlite:///{tmp_path / 'one.sqlite'}"
    environment = {"PATH": os.environ["PATH"], "FLASK_APP": "run", **given}
    for command in (step, f"{sys.executable} -m flask setup", f"{sys.executable} -c 'import run'"):
        done = subprocess.run(command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True)  # noqa: PLW1510, S602 - our own words
        assert done.returncode == 0, done.stderr


def test_the_composition_is_whole(services):
    assert set(services) == {"setup", "web", "worker", "postgres", "redis", "proxy"}


@pytest.mark.parametrize("name", ["web", "worker", "postgres", "redis", "proxy"])
def test_every_service_is_watched_and_comes_back(services, name):
    assert services[name]["healthcheck"]["test"]
    assert services[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["web", "worker", "setup"])
def test_our_own_services_start_when_what_they_need_is_ready(services, name):
    needed = services[name]["depends_on"]
    assert all(one["condition"] in {"service_healthy", "service_completed_successfully"} for one in needed.values())


def test_only_the_proxy_can_be_reached_from_outside(services):
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert services["postgres"]["networks"] == services["redis"]["networks"] == ["inside"]
    assert composition()["networks"]["inside"]["internal"]


def test_no_secret_has_a_value_in_the_file():
    """Secrets come from the environment, and a missing one stops the start."""
    text = (ROOT / "compose.yaml").read_text("utf-8")
    uses = re.findall(r"(?<!\$)\$\{(\w+)([^}]*)\}", text)
    secrets = {"SECRET_KEY", "LOG_KEY", "ENCRYPTION_KEYS", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert {*secrets, "HOSTS"} == {name for name, _rest in uses}
    assert all(rest.startswith(":?") for _name, rest in uses)


def test_the_settings_of_our_services_are_ones_the_product_knows(services):
    assert set(services["web"]["environment"]) <= {field.name.upper() for field in fields(Settings)}
    assert services["web"]["environment"]["MODE"] == "production"
    assert services["web"]["environment"]["PROXIES"] == "1"


def test_every_volume_and_network_named_is_declared(services):
    declared = set(composition()["volumes"])
    used = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert used == declared


def test_the_proxy_overwrites_what_a_client_says_about_its_way(services):
    caddyfile = composition()["configs"]["caddyfile"]["content"]
    assert "reverse_proxy web:8000" in caddyfile
    assert "-X-Forwarded-Prefix" in caddyfile
    assert services["proxy"]["configs"][0]["source"] == "caddyfile"
