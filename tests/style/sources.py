"""The C++ files of the tree that are ours."""

import os

FOLDERS = ("server", "frontend", "client", "tests")
ENDINGS = (".h", ".cc")


def sources(root):
    """Paths relative to `root`, sorted."""
    found = []
    for folder in FOLDERS:
        for where, _, names in os.walk(os.path.join(root, folder)):
            found += [os.path.join(where, name) for name in names if name.endswith(ENDINGS)]
    return sorted(os.path.relpath(path, root).replace(os.sep, "/") for path in found)
