"""The launcher: what it needs, which server it finds, how it says that something failed."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import venv
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

import farsail
from config.environment import ROOT, find_home, find_server, prepare_environment, read_env_file
from tasks.up import Children, find_free_port

BEFORE_SET_UP = ("farsail.py", "config/__init__.py", "config/environment.py")


@pytest.fixture
def servers() -> Iterator[list[HTTPServer]]:
    """Servers that a test started; ended with it."""
    started: list[HTTPServer] = []
    yield started
    for server in started:
        server.shutdown()
        server.server_close()


def answer_as_prefect(servers: list[HTTPServer], version: str) -> str:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(True if self.path.endswith("health") else version).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    servers.append(server)
    return f"http://127.0.0.1:{server.server_port}/api"


@pytest.mark.parametrize("name", BEFORE_SET_UP)
def test_what_runs_before_set_up_needs_the_standard_library_alone(name: str) -> None:
    imported = set()
    for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module))
    ours = {"config.environment"}
    assert {module.partition(".")[0] for module in imported - ours} <= sys.stdlib_module_names


def test_an_old_python_can_read_the_launcher_and_hand_over() -> None:
    ast.parse((ROOT / "farsail.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_what_keeps_all_up_starts_without_waiting_for_a_framework() -> None:
    code = (
        "import sys, tasks.up; "
        "sys.exit(', '.join({'prefect', 'pandas', 'pydantic', 'sqlalchemy', 'httpx'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_is_a_make_target_that_only_calls_the_launcher() -> None:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    recipes = [line for line in lines if line.startswith("\t")]
    assert all(re.match(r"\t@\$\(PYTHON\) farsail\.py (\$@|\w+)( |$)", recipe) for recipe in recipes)
    rules = [line.partition(":")[0] for line in lines if re.match(r"[a-z ]+:", line)]
    assert len(recipes) == len(rules)
    phony = next(line for line in lines if line.startswith(".PHONY:")).split()[1:]
    assert sorted(" ".join(rules).split()) == sorted(phony) == sorted([*farsail.COMMANDS, *farsail.DESK])


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
@pytest.mark.parametrize("name", [name for name in farsail.DESK if name not in ("audit", "rates")])
def test_make_says_who_and_why_to_every_desk_command(name: str) -> None:
    given = ["PYTHON=python3", "SELLER=demo", "APPROVER=an approver", "REASON=prices look wrong", "ARGS=--yes"]
    command = ["make", "--no-print-directory", "-n", name, *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    asked = ["--seller", "demo", "--approver", "an approver", "--reason", "prices look wrong", "--yes"]
    assert shlex.split(done.stdout) == ["python3", "farsail.py", name, *asked]


@pytest.mark.parametrize("arguments", [[], ["help"]])
def test_help_names_every_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert farsail.main(arguments) == 0
    said = capsys.readouterr().out
    assert all(f"farsail.py {name}" in said for name in (*farsail.COMMANDS, *farsail.DESK))
    assert all(line in said for line in farsail.DESK.values())


def test_a_command_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        farsail.main(["halt"])
    assert refused.value.code == 2
    assert "invalid choice: 'halt'" in capsys.readouterr().err


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of the launcher that is set up, whose modules only tell how they were called."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in BEFORE_SET_UP:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "tasks").mkdir()
    (folder / "tasks" / "__init__.py").touch()
    telling = "import json, os, sys, time\nprint(json.dumps([os.getpid(), os.getcwd(), sys.argv[1:]]), flush=True)\n"
    first, told = telling.splitlines()
    waiting = "    time.sleep(30 * ('--slow' in sys.argv))\nexcept KeyboardInterrupt:\n    time.sleep(1)\n"
    slow = f"{first}\ntry:\n    {told}\n{waiting}"
    (folder / "tasks" / "__main__.py").write_text(slow + "sys.exit(7)\n")
    (folder / "tasks" / "up.py").write_text(telling + "sys.exit(5)\n")
    (folder / "requirements.lock").touch()
    (folder / "pyproject.toml").touch()
    venv.create(folder / ".venv", symlinks=sys.platform != "win32")
    stamp = "import farsail; farsail._stamp_file().write_text(farsail._stamp(), encoding='utf-8')"
    subprocess.run([sys.executable, "-c", stamp], cwd=folder, check=True)
    return folder


def start_launcher(checkout: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(checkout / "farsail.py"), *arguments],
        cwd=checkout.parent,
        env={**os.environ, "FARSAIL_HOME": str(checkout / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("name", farsail.DESK)
def test_a_desk_command_is_handed_on_with_all_its_arguments_and_nothing_else_is_said(
    name: str, checkout: Path
) -> None:
    arguments = ["--seller", "demo", "--reason", "prices look wrong", "a file.xlsx", "--", "--help", ""]
    launched = start_launcher(checkout, name, *arguments)
    said, _ = launched.communicate(timeout=60)
    _, folder, handed = json.loads(said)
    assert handed == [name, *arguments]
    assert Path(folder).samefile(checkout)
    assert launched.returncode == 7


def test_a_stop_does_not_wait_for_a_set_up_that_is_not_needed(checkout: Path) -> None:
    with farsail.hold_lock(checkout / "home" / "setup.lock", farsail.Progress()):
        said, _ = start_launcher(checkout, "stop").communicate(timeout=60)
    assert json.loads(said)[2] == ["stop"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal to a group of processes")
def test_ctrl_c_lets_an_act_that_has_begun_come_to_its_own_end(checkout: Path) -> None:
    launched = start_launcher(checkout, "execute", "--slow")
    assert launched.stdout
    assert launched.stdout.readline()
    os.killpg(launched.pid, signal.SIGINT)
    said, _ = launched.communicate(timeout=60)
    assert (said, launched.returncode) == ("", 7)


@pytest.mark.skipif(sys.platform == "win32", reason="a process there cannot become another")
def test_up_stays_the_process_that_was_started_so_that_a_signal_to_it_stops_all(checkout: Path) -> None:
    launched = start_launcher(checkout, "up")
    said, _ = launched.communicate(timeout=60)
    *steps, told = said.splitlines()
    assert steps[-1].startswith("[1/4] environment ready")
    assert json.loads(told)[0] == launched.pid
    assert launched.returncode == 5


def test_what_the_operator_set_stays() -> None:
    environment = prepare_environment({"PREFECT_HOME": "/somewhere", "FARSAIL_HOME": "/data"})
    assert environment["PREFECT_HOME"] == "/somewhere"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_runs_share_one_history_in_the_home_folder() -> None:
    environment = prepare_environment({"FARSAIL_HOME": "/data"})
    assert Path(environment["PREFECT_HOME"]) == Path("/data/prefect")


def test_the_env_file_is_read_without_its_comments(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# a note\nFARSAIL_LANGUAGE=zh_CN\n\nPREFECT_API_URL = 'http://x/api'\n")
    assert read_env_file(tmp_path / ".env") == {"FARSAIL_LANGUAGE": "zh_CN", "PREFECT_API_URL": "http://x/api"}


def test_a_running_server_of_this_version_is_used(servers: list[HTTPServer], tmp_path: Path) -> None:
    address = answer_as_prefect(servers, "3.8.9")
    environment = {"PREFECT_API_URL": address, "FARSAIL_HOME": str(tmp_path)}
    assert find_server(environment, "3.8.8") == (address, f"Prefect: the server at {address} (3.8.9)")


def test_a_server_of_another_version_is_left_alone(servers: list[HTTPServer], tmp_path: Path) -> None:
    address = answer_as_prefect(servers, "3.7.0")
    used, said = find_server({"PREFECT_API_URL": address, "FARSAIL_HOME": str(tmp_path)}, "3.8.8")
    assert used == ""
    assert f"the one at {address} is 3.7.0, here is 3.8.8" in said


def test_the_server_that_up_wrote_down_is_found(servers: list[HTTPServer], tmp_path: Path) -> None:
    address = answer_as_prefect(servers, "3.8.8")
    (tmp_path / "server.json").write_text(json.dumps({"api_url": address, "pid": 1}))
    assert find_server({"FARSAIL_HOME": str(tmp_path)}, "3.8.8")[0] == address


def test_a_server_that_went_away_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text(json.dumps({"api_url": "http://127.0.0.1:9/api", "pid": 1}))
    used, said = find_server({"FARSAIL_HOME": str(tmp_path)}, "0.0.0")
    assert used == ""
    assert said.startswith("Prefect: a server of this run's own")


def test_up_takes_the_next_free_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert find_free_port("127.0.0.1", port) > port


def test_a_failed_set_up_shows_the_end_of_its_log_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FARSAIL_HOME", str(tmp_path))
    command = [sys.executable, "-c", "print('no such package'); raise SystemExit(1)"]
    with pytest.raises(farsail.Stop, match="no such package") as stopped:
        farsail._run_logged(command, "packages", farsail.Progress("set-up", []))
    assert "HTTPS_PROXY" in str(stopped.value)
    assert str(tmp_path / "logs" / "setup-packages.log") in str(stopped.value)


@pytest.mark.skipif(sys.platform == "win32", reason="locks by flock")
def test_two_commands_do_not_set_up_at_once(tmp_path: Path) -> None:
    with farsail.hold_lock(tmp_path / "lock", farsail.Progress("", [])), (tmp_path / "lock").open("a+b") as second:
        assert not farsail._try_lock(second)
    with (tmp_path / "lock").open("a+b") as third:
        assert farsail._try_lock(third)


def test_up_notices_a_process_that_ends_and_stops_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    children = Children()
    children.start("short", ["-c", "print('done')"], dict(os.environ))
    children.start("long", ["-c", "import time; time.sleep(60)"], dict(os.environ))
    children.started["short"].wait(20)
    assert children.find_dead() == "short"
    children.stop()
    assert children.started["long"].returncode is not None
    assert "short  | done" in capsys.readouterr().out


@pytest.mark.long
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--seller", "nobody"], "There is no seller 'nobody'"),
        (["--seller", "demo", "--as-of", "24/11/2025"], "24/11/2025"),
        (["--seller", "demo", "--as-of", "2999-01-01"], "2999-01-01"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_refused_before_anything_runs(
    options: list[str], expected: str, home: Path
) -> None:
    command = [sys.executable, "-m", "flows", "nightly", *options]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (find_home(dict(os.environ)) / "farsail.db").exists()
