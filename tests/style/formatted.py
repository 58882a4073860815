#!/usr/bin/env python3
"""Checks that our files are as clang-format would have them.

usage: formatted.py CLANG_FORMAT ROOT
"""

import subprocess
import sys

from sources import sources


def main(clang_format, root):
    files = sources(root)
    check = subprocess.run([clang_format, "--dry-run", "-Werror", *files], cwd=root, check=False)
    if check.returncode:
        print(f"To mend it: {clang_format} -i FILE")
        return 1
    print(f"{len(files)} files are formatted")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
