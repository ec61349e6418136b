"""Ctrl-C ends what takes long, at once."""

import subprocess
import sys
import textwrap

import pytest

SOURCE = """circuit wide(n = 1400, steps = 24) {
    fixed input weight[n, n] : -8..=8
    private input x[steps, n] : -9..=9
    public output y[steps, n]
    y[t in steps, i in n] = sum(j in n) weight[i, j] * x[t, j]
}"""

# What is done is longer than a second on any machine; the signal comes after a tenth.
SCRIPT = """
    import signal, sys, threading, time, os
    import numpy as np
    import attnc

    program = attnc.compile(sys.stdin.read())
    weight = np.ones((1400, 1400), dtype=int)
    x = np.ones((24, 1400), dtype=int)
    ready = program.with_fixed(weight=weight)

    def interrupted(work):
        sent = []

        def send():
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        timer = threading.Timer(0.1, send)
        timer.start()
        try:
            work()
        except KeyboardInterrupt:
            return time.monotonic() - sent[0]
        timer.cancel()
        return None

    WORK
"""


def done(work: str) -> str:
    script = textwrap.dedent(SCRIPT).replace("WORK", work)
    ran = subprocess.run(
        [sys.executable, "-c", script], input=SOURCE, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.mark.parametrize("call", ["ready.run(x=x)", "ready.key()"])
def test_an_interrupt_is_raised_at_once(call):
    took = done(f"print(interrupted(lambda: {call}), flush=True); os._exit(0)")
    assert took != "None", "it was done before the signal came"
    assert float(took) < 1.0
