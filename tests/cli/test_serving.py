"""`kg serve` as a command; what it serves is tested in tests/serve."""

import socket
import subprocess
import sys

import pytest


def test_without_its_extra_it_says_how_to_install_it(private_env, small_folder, tmp_path):
    program = "import sys; sys.modules['uvicorn'] = None; from kg.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "serve", "--store", str(small_folder)],
        capture_output=True,
        env=private_env,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr == b"kg: kg serve needs uvicorn; pip install 'osgov-kg[serve]'\n"


def test_a_port_in_use_exits_3_and_says_what_to_do(run_kg, small_folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = run_kg("serve", "--store", small_folder, "--port", port)
    assert answer.returncode == 3
    assert answer.stderr.startswith(f"kg: cannot listen on 127.0.0.1 port {port}: Address already in use".encode())
    assert b"--port" in answer.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--host", "no-such-host.invalid"), b"cannot listen on no-such-host.invalid"),
        (("--store", "/no/such/folder"), b"make one with `kg build"),
    ],
)
def test_what_cannot_be_served_exits_3(run_kg, small_folder, args, said):
    answer = run_kg("serve", "--store", small_folder, "--port", 0, *args)
    assert answer.returncode == 3
    assert said in answer.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--store", "http://127.0.0.1:9/sparql"), "is served already"),
        (("--format", "json"), "in the format that each client asks for"),
        (("--as-of", "2020-01-01"), "a query says of which day it asks"),
        (("-o", "x"), "-o means nothing to it"),
        (("--port", "70000"), "70000"),
        (("--rows", "0"), "0"),
        (("--workers", "0"), "0"),
    ],
)
def test_what_means_nothing_to_it_is_refused_in_words(kg, args, said):
    answer = kg("serve", *args)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert said in answer.stderr


def test_a_damaged_graph_exits_3(kg, tmp_path):
    (tmp_path / "graph-x").mkdir()
    (tmp_path / "graph-x" / "CURRENT").write_text("nonsense\n")
    (tmp_path / "current").write_text("graph-x\n")
    assert kg("serve", "--port", 0, "--store", tmp_path).exit_code == 3


def test_it_listens_on_loopback_alone_unless_told_otherwise(kg):
    assert "[default: 127.0.0.1]" in kg("serve", "--help").stdout
