"""The notebooks as they are committed: without outputs, and nothing in them of one machine."""

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "examples"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
# From the root, of a drive, or a file's URL; before a relative path's slash stands a dot or a name.
ABSOLUTE = re.compile(r"""(?:^|[\s"'`(=,])(?:/\w|[A-Za-z]:[\\/](?!/)|file:)""", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def texts(path):
    return ["".join(cell["source"]) for cell in read(path)["cells"]]


def test_there_are_notebooks_and_the_readme_says_so():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert NOTEBOOKS
    for path in NOTEBOOKS:
        assert f"({path.name})" in readme, path.name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_has_no_outputs(path):
    for cell in read(path)["cells"]:
        assert "execution" not in cell["metadata"], cell["source"]
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None, cell["source"]
    assert read(path)["metadata"]["kernelspec"]["name"] == "python3"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_has_no_absolute_paths(path):
    for text in texts(path):
        assert not ABSOLUTE.search(text), ABSOLUTE.search(text)


def test_absolute_paths_are_found():
    for text in ['open("/home/me/x")', "see `/tmp/x`", "(C:\\x)", "file:///x", "/etc/x"]:
        assert ABSOLUTE.search(text), text
    for text in ["a / b", "https://docs.rs/x", "../docs", "`~/.cache`", "[x](../y/z)", "and/or"]:
        assert not ABSOLUTE.search(text), text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_links_are_there(path):
    links = [link for text in texts(path) for link in LINK.findall(text)]
    for link in links:
        if not link.startswith("https://"):
            assert (FOLDER / link.partition("#")[0]).exists(), link
