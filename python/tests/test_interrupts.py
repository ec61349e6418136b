"""Ctrl-C ends what takes long, at once."""

import subprocess
import sys
import textwrap

import pytest

SOURCE = """circuit wide(n = 1600, steps = 600) {
    fixed input weight[n, n] : -8..=8
    private input x[steps, n] : -9..=9
    public output y[steps, n]
    y[t in steps, i in n] = sum(j in n) weight[i, j] * x[t, j]
}"""

SCRIPT = """
    import os, signal, sys, threading, time
    import numpy as np
    import attnc

    # Whoever started the tests may have had it ignored, as a shell does in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    program = attnc.compile(sys.stdin.read())
    ready = program.with_fixed(weight=np.ones((1600, 1600), dtype=int))
    x = np.ones((600, 1600), dtype=int)
    sent = []

    def send():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    start = time.monotonic()
    CALL
    whole = time.monotonic() - start
    timer = threading.Timer(whole / 8, send)
    timer.start()
    try:
        CALL
    except KeyboardInterrupt:
        print(whole, time.monotonic() - sent[0], flush=True)
    # What was interrupted goes on, and nobody waits for it.
    os._exit(0)
"""


@pytest.mark.parametrize("call", ["ready.run(x=x)", "ready.key()"])
def test_an_interrupt_is_raised_at_once(call):
    script = textwrap.dedent(SCRIPT).replace("CALL", call)
    ran = subprocess.run(
        [sys.executable, "-c", script], input=SOURCE, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0 and ran.stdout, ran.stderr
    whole, took = map(float, ran.stdout.split())
    assert took < whole / 2, "it was raised when the work was done"
