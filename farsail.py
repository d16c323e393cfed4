"""Farsail's launcher: sets the project up in .venv, then runs one command there.

    python3 farsail.py help

It needs the standard library alone. Every target of the Makefile calls it; where there is no make (Windows),
a person calls it.
"""

import argparse
import contextlib
import hashlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent
WINDOWS = os.name == "nt"
NEEDED = (3, 11)
_USABLE = "import sys, venv, ensurepip; sys.exit(sys.version_info < %r)" % (NEEDED,)  # noqa: UP031


def find_python() -> "list[str]":
    """A command that starts a Python new enough to make an environment; empty when there is none."""
    minors = ("12", "13", "11", "14")
    named = [["py", "-3." + minor] for minor in minors] if WINDOWS else []
    named += [["python3." + minor] for minor in minors] + [["python3"], ["python"]]
    for command in named:
        if shutil.which(command[0]):
            tried = subprocess.call(
                [*command, "-c", _USABLE],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            if tried == 0:
                return command
    return []


def explain_missing_python() -> str:
    """What to install so that this command works."""
    here = f"{sys.version_info[0]}.{sys.version_info[1]} ({sys.executable})"
    return (
        f"Farsail needs Python 3.11 or newer with its venv module; this one is {here}.\n"
        "Install one and run the same command again:\n"
        "  Debian, Ubuntu   sudo apt install python3 python3-venv\n"
        "  Fedora, RHEL     sudo dnf install python3.12\n"
        "  macOS            brew install python@3.12\n"
        "  Windows          winget install Python.Python.3.12"
    )


if sys.version_info < NEEDED:  # everything above also reads on Python 3.6
    newer = find_python()
    if not newer:
        sys.exit(explain_missing_python())
    sys.exit(subprocess.call([*newer, str(Path(__file__).resolve()), *sys.argv[1:]]))

from config.environment import find_home, prepare_environment  # noqa: E402 (reads on newer Pythons only)


class Stop(Exception):
    """A command cannot go on; the text says why and what to do."""


class Progress:
    """Numbered steps with the seconds since the command began, as plain lines from the first moment.

    Without a title it is quiet until there is something to note.
    """

    def __init__(self, title: str = "", steps: Sequence[str] = ()) -> None:
        self.total, self.began = len(steps), time.monotonic()
        if title:
            print(title, flush=True)
        for number, step in enumerate(steps, 1):
            print(f"  {number}. {step}", flush=True)

    def step(self, number: int, text: str) -> None:
        """Say what a step came to."""
        print(f"[{number}/{self.total}] {text} · {self.seconds():.0f} s", flush=True)

    def note(self, text: str) -> None:
        """Say how far a long step is."""
        print(f"      {text} · {self.seconds():.0f} s", flush=True)

    def seconds(self) -> float:
        """How long the command has run."""
        return time.monotonic() - self.began


# ---- set-up ----------------------------------------------------------------------------------------------


ADVICE = {
    "venv": "Remove the folder .venv, then run the same command again.",
    "packages": "Packages come from the index that pip is configured for: check the network, a proxy (HTTPS_PROXY)\n"
    "or a mirror (PIP_INDEX_URL), then run the same command again; it goes on where it stopped.",
    "project": "A file of the project is missing or damaged: compare with `git status`, then run it again.",
}


def venv_python() -> Path:
    """The environment's interpreter."""
    return ROOT / ".venv" / ("Scripts/python.exe" if WINDOWS else "bin/python")


def is_set_up() -> bool:
    """Whether .venv looks ready; starts nothing and waits for nobody, unlike `set_up`."""
    try:
        return venv_python().exists() and _stamp_file().read_text(encoding="utf-8") == _stamp()
    except OSError:
        return False


def set_up(progress: Progress) -> None:
    """Make .venv hold exactly requirements.lock and this project; does nothing when it does already.

    Raises:
        Stop: names the step that failed, shows the end of its log and says what to do.
    """
    with hold_lock(find_home(prepare_environment()) / "setup.lock", progress):
        if not _works(venv_python()):
            creator = [sys.executable] if _works(Path(sys.executable)) else find_python()
            if not creator:
                raise Stop(explain_missing_python())
            progress.note("making the environment .venv")
            _run_logged([*creator, "-m", "venv", "--clear", str(ROOT / ".venv")], "venv", progress)
        stamp, wanted = _stamp_file(), _stamp()
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return
        stamp.unlink(missing_ok=True)
        pip = [str(venv_python()), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
        total = len(
            re.findall(r"^[A-Za-z0-9]", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
        )
        progress.note(f"installing up to {total} packages from requirements.lock")
        # the lock names every package, so pip has nothing to resolve (and older pips refuse extras in a lock)
        locked = ["--no-deps", "--require-hashes", "-r", str(ROOT / "requirements.lock")]
        _run_logged([*pip, *locked], "packages", progress)
        editable = ["--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT)]
        _run_logged([*pip, *editable], "project", progress)
        stamp.write_text(wanted, encoding="utf-8")


def _works(python: Path) -> bool:
    if not python.exists():
        return False
    quiet = subprocess.DEVNULL
    return subprocess.call([str(python), "-c", _USABLE], stdin=quiet, stdout=quiet, stderr=quiet) == 0


def _stamp_file() -> Path:
    return ROOT / ".venv" / "farsail.stamp"


def _stamp() -> str:
    """Changes with the lock, the project's metadata, the interpreter and the place of the checkout."""
    content = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml", ".venv/pyvenv.cfg"):
        content.update((ROOT / name).read_bytes())
    content.update(str(ROOT).encode())
    return content.hexdigest()


def _run_logged(command: list[str], name: str, progress: Progress) -> None:
    log = find_home(prepare_environment()) / "logs" / f"setup-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUTF8": "1"}
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=ROOT
        )
        said, spoken = "", time.monotonic()
        try:
            while process.poll() is None:
                time.sleep(0.2)
                text = _pip_progress(log)
                if text != said and time.monotonic() - spoken >= 4:
                    progress.note(text)
                    said, spoken = text, time.monotonic()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        tail = [line for line in lines if not line.startswith("WARNING: Location")][-15:]
        shown = "\n".join(f"    {line}" for line in tail)
        raise Stop(f"{shown}\nSetting up failed ({name}); the whole log is {log}.\n{ADVICE[name]}")


def _pip_progress(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    if any(line.startswith("Installing collected packages") for line in lines):
        return f"{len(list(_site_packages().glob('*.dist-info')))} packages installed"
    found = sum(line.startswith(("Collecting", "Processing", "Requirement already")) for line in lines)
    return f"{found} packages fetched" if found else "asking the package index"


@contextlib.contextmanager
def hold_lock(path: Path, progress: Progress) -> Iterator[None]:
    """Only one process at a time; the lock goes with the process that holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        said = False
        while not _try_lock(file):
            if not said:
                progress.note("another command is setting up; waiting for it")
                said = True
            time.sleep(0.5)
        yield


def _try_lock(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _site_packages() -> Path:
    return next((ROOT / ".venv").glob("[Ll]ib/**/site-packages"), ROOT / ".venv")


def run(arguments: list[str], environment: dict[str, str]) -> int:
    """Run the environment's Python in the project's root, in this terminal."""
    return subprocess.call([str(venv_python()), *arguments], cwd=ROOT, env=environment)


def hand_over(arguments: list[str]) -> int:
    """Run it to its end; Ctrl-C, which the terminal sends it too, is its own to answer.

    Else subprocess.call would kill it a quarter of a second after Ctrl-C, in the middle of an act.
    """
    signal.signal(signal.SIGINT, lambda *_: None)
    return run(arguments, prepare_environment())


# ---- commands --------------------------------------------------------------------------------------------


def night(options: argparse.Namespace) -> int:
    """Set up, run one seller's night, and say where its morning report is."""
    steps = ["environment: .venv as requirements.lock has it", "the night: read, forecast, plan, propose"]
    progress = Progress(f"Farsail: the night of {options.seller}, as of {options.as_of}", steps)
    set_up(progress)
    progress.step(1, f"environment ready, Python {sys.version.split()[0]}")
    progress.step(2, "the night begins")
    asked = ["--seller", options.seller, "--as-of", options.as_of, "--language", options.language]
    return run(["-m", "flows", "nightly", *asked], prepare_environment())


QUICK = ("-m", "not long", "--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile")
"""What minutes are needed for stays out; a file's tests stay together, so what they share is made once."""


def test(options: argparse.Namespace) -> int:
    """Set up, then run the suite; --quick leaves out what takes minutes. Other arguments go to pytest."""
    progress = Progress("Farsail: the tests", ["environment: .venv as requirements.lock has it", "pytest"])
    set_up(progress)
    progress.step(1, "environment ready")
    progress.step(2, "pytest begins")
    return run(["-m", "pytest", *(QUICK if options.quick else ()), *options.more], _test_environment())


def check(options: argparse.Namespace) -> int:
    """Set up, then ruff, mypy --strict, import-linter and the quick tests; --static leaves the tests out."""
    typed = ["farsail.py", "flows", "tasks", "skills", "config", "benchmarks/run.py", "benchmarks/figures.py"]
    checks = {
        "ruff check": ["-m", "ruff", "check"],
        "ruff format": ["-m", "ruff", "format", "--check"],
        "mypy --strict": ["-m", "mypy", *typed],
        "import-linter": ["-c", "from importlinter.cli import lint_imports_command as main; main()"],
        "quick tests": ["-m", "pytest", "-q", *QUICK, *options.more],
    }
    if options.static:
        del checks["quick tests"]
    progress = Progress("Farsail: the checks", ["environment: .venv as requirements.lock has it", *checks])
    set_up(progress)
    progress.step(1, "environment ready")
    failed = []
    for number, (name, command) in enumerate(checks.items(), 2):
        done = subprocess.run(
            [str(venv_python()), *command],
            cwd=ROOT,
            env=_test_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        lines = done.stdout.rstrip().splitlines()
        print("\n".join(lines if done.returncode else lines[-1:]), flush=True)
        progress.step(number, f"{name}: {'failed' if done.returncode else 'passed'}")
        failed += [name] if done.returncode else []
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed", flush=True)
    return 1 if failed else 0


def bench(options: argparse.Namespace) -> int:
    """Set up, then measure; writes benchmarks/results.json."""
    return _measure("Farsail: the benchmarks", options.only)


def soak(options: argparse.Namespace) -> int:
    """Set up, then kill and restart until it would break; writes benchmarks/results.json."""
    return _measure("Farsail: killed and restarted until it would break", "soak,prefect_kills")


def _measure(title: str, group: str) -> int:
    progress = Progress(title, ["environment: .venv as requirements.lock has it", "measure"])
    set_up(progress)
    progress.step(1, "environment ready")
    progress.step(2, "measuring begins")
    only = ["--only", group] if group else []
    return run(["benchmarks/run.py", *only], _without_server(prepare_environment()))


def _test_environment() -> dict[str, str]:
    environment = _without_server(prepare_environment())
    return {**environment, "PREFECT_HOME": str(find_home(environment) / "prefect-of-tests")}


def _without_server(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name != "PREFECT_API_URL"}


def up(options: argparse.Namespace) -> int:
    """Set up, then keep Prefect's server, all deployments with their schedules, and a worker until Ctrl-C."""
    steps = [
        "environment: .venv as requirements.lock has it",
        "Prefect's server",
        "deployments and schedules",
        "worker",
    ]
    progress = Progress("Farsail: server, deployments and worker; Ctrl-C stops all", steps)
    set_up(progress)
    progress.step(1, "environment ready")
    if not WINDOWS:  # the same process goes on, so that a signal to it stops all
        os.chdir(ROOT)
        os.execve(venv_python(), [str(venv_python()), "-m", "tasks.up"], prepare_environment())
    return hand_over(["-m", "tasks.up"])


def desk(options: argparse.Namespace) -> int:
    """Set up if there is need, then pass the command on with all its arguments."""
    if not is_set_up():
        set_up(Progress())
    return hand_over(["-m", "tasks", options.command, *options.more])


# ---- the command line ------------------------------------------------------------------------------------

DESK = {
    "decide": "decide on what waits: terminal",
    "code": "the demo approver's one-time code",
    "enroll": "give an approver a secret for one-time codes",
    "workbook": "decide in Excel: write the workbook, or read it back",
    "execute": "carry out what is released",
    "settle": "record what a person found out about an act whose outcome is unknown",
    "stop": "cease all acting at once",
    "lift": "lift a stop",
    "audit": "check the ledger; names the first broken row",
    "rates": "the rate book: import official tables, list, check",
    "export": "proposals, decisions and executions as Excel and Parquet",
}
"""What is passed on to `python -m tasks` with all its arguments."""

_DESK_LINES = "\n".join(f"  python3 farsail.py {name:<10} {line}" for name, line in DESK.items())
HELP = f"""Farsail. Every command sets up .venv first; make <command> does the same.

  python3 farsail.py night [--seller ID] [--as-of YYYY-MM-DD]   tonight's proposal of one seller (demo)
  python3 farsail.py test [--quick] [pytest arguments]          the tests
  python3 farsail.py up                                         server, pages, worker, schedules; Ctrl-C stops all
  python3 farsail.py check [--static] [pytest arguments]        ruff, mypy, import-linter, quick tests
  python3 farsail.py bench [--only GROUP]                       measure; writes benchmarks/results.json
  python3 farsail.py soak                                       kill and restart until it would break
  python3 farsail.py help                                       this list

Deciding and acting; `python3 farsail.py <command> --help` lists the arguments.

{_DESK_LINES}

  make night SELLER=demo AS_OF=2025-11-24     make bench ONLY=night
  make stop SELLER=demo APPROVER=NAME REASON="the carrier's prices look wrong"     make decide ARGS=--help
Settings: .env.example. Pages: README.md, docs/run.md."""


def read_command(arguments: list[str]) -> argparse.Namespace:
    """The command and its options; the arguments of what is passed on stay as they are, --help too."""
    if arguments and arguments[0] in DESK:
        return argparse.Namespace(command=arguments[0], run=desk, more=arguments[1:])
    parser = argparse.ArgumentParser(prog="farsail.py", usage="python3 farsail.py <command>; help lists them")
    commands = parser.add_subparsers(dest="command", metavar="<command>")
    for name, command in {**COMMANDS, **dict.fromkeys(DESK, desk)}.items():
        commands.add_parser(name, help=DESK.get(name, command.__doc__)).set_defaults(run=command)
    commands.choices["night"].add_argument("--seller", default="demo", help="a name in config/sellers")
    commands.choices["night"].add_argument("--as-of", default="last", help='"last" or YYYY-MM-DD')
    commands.choices["night"].add_argument("--language", default="", help="zh_CN or en; else the seller's own")
    commands.choices["test"].add_argument("--quick", action="store_true", help="leave out what takes minutes")
    commands.choices["check"].add_argument("--static", action="store_true", help="no tests: the suite has just run")
    commands.choices["bench"].add_argument("--only", default="", help="one group of figures")
    options, more = parser.parse_known_args(arguments or ["help"])
    if more and options.command not in ("test", "check"):
        parser.error(f"{options.command} does not know {' '.join(more)}")
    options.more = more
    return options


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = read_command(arguments)
    try:
        return int(options.run(options))
    except Stop as stop:
        print(stop, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr, flush=True)
        return 130


def show_help(options: argparse.Namespace) -> int:
    """List the commands."""
    print(HELP)
    return 0


COMMANDS = {
    "help": show_help,
    "night": night,
    "test": test,
    "up": up,
    "check": check,
    "bench": bench,
    "soak": soak,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
