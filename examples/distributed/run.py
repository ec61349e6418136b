"""Proves a plan in parts with Dask: runs the job graph that `attnc jobs --format json` wrote.

No file system is shared: a job's input files are sent to the worker that runs it, and what it
writes is sent back, so the workers may be on other machines, given that `attnc` is there.

    pip install distributed
    python run.py jobs.json                                  # two worker processes here
    python run.py jobs.json --scheduler tcp://host:8786      # an existing scheduler
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from distributed import Client, LocalCluster


def run(job, attnc, given, *before):
    """Runs one job in a folder of its own.

    `given` has the contents of input files by path, `before` the results of the jobs that this
    one needs. Returns the outputs' contents by path, who ran it, and what it printed.
    """
    files = dict(given)
    for result in before:
        files.update(result["files"])
    with tempfile.TemporaryDirectory(prefix="attnc-") as folder:
        # Only the last part of a path means something to attnc: what kind of file it is.
        local = {
            path: str(Path(folder, str(number), Path(path).name))
            for number, path in enumerate(job["inputs"] + job["outputs"])
        }
        for path in local.values():
            os.mkdir(Path(path).parent)
        for path in job["inputs"]:
            Path(local[path]).write_bytes(files[path])
        command = [attnc] + [local.get(word, word) for word in job["command"][1:]]
        ended = subprocess.run(command, capture_output=True, text=True)
        if ended.returncode != 0:
            raise RuntimeError(f"{job['name']}: exit {ended.returncode}\n{ended.stderr or ended.stdout}")
        outputs = {path: Path(local[path]).read_bytes() for path in job["outputs"]}
        printed = ended.stdout
        for path, place in local.items():
            printed = printed.replace(place, path)
        return {"files": outputs, "worker": os.getpid(), "printed": printed}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("jobs", help="what `attnc jobs --format json` wrote")
    parser.add_argument("--attnc", default="attnc", help="the command, as the workers find it")
    parser.add_argument("--scheduler", help="address of a Dask scheduler; without it, two processes")
    args = parser.parse_args()
    graph = json.loads(Path(args.jobs).read_text())
    if (graph.get("format"), graph.get("version")) != ("attnc-jobs", 1):
        sys.exit(f"{args.jobs} is not a job graph of version 1")

    cluster = None
    if args.scheduler is None:
        cluster = LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        )
    made = {path for job in graph["jobs"] for path in job["outputs"]}
    with Client(cluster or args.scheduler) as client:
        client.wait_for_workers(2 if cluster else 1)
        # Dask would keep jobs where the key is, though to send it costs less than a proof.
        workers = sorted(client.scheduler_info()["workers"])
        done = {}
        for number, job in enumerate(graph["jobs"]):
            given = {path: Path(path).read_bytes() for path in job["inputs"] if path not in made}
            before = [done[name] for name in job["needs"]]
            # A job's files may come from one that it needs only through others.
            before += [
                done[other["name"]]
                for other in graph["jobs"]
                if other["name"] in done
                and other["name"] not in job["needs"]
                and set(other["outputs"]) & set(job["inputs"])
            ]
            done[job["name"]] = client.submit(
                run,
                job,
                args.attnc,
                given,
                *before,
                pure=False,
                workers=[workers[number % len(workers)]],
                allow_other_workers=True,
            )
        for job in graph["jobs"]:
            result = done[job["name"]].result()
            for path, contents in result["files"].items():
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                Path(path).write_bytes(contents)
            print(f"[worker {result['worker']}] {job['name']}")
        print(done[graph["jobs"][-1]["name"]].result()["printed"])
    if cluster is not None:
        cluster.close()


if __name__ == "__main__":
    main()
