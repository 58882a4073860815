"""Folders that a container sees as its volumes, written as kubelet writes them."""

import os
import shutil
import tempfile


def write_volume(folder, files, mode=0o644, group=0):
    """Shows these files (path to text) there, all at once in place of those that it has shown: what
    is seen are links, by way of one link that is exchanged. `mode` and `group` are of each file."""
    os.makedirs(folder, exist_ok=True)
    data, link = tempfile.mkdtemp(prefix="..", dir=folder), os.path.join(folder, "..data")
    os.chmod(data, 0o755)
    for path, text in files.items():
        written = os.path.join(data, path)
        os.makedirs(os.path.dirname(written), exist_ok=True)
        with open(written, "w", encoding="utf-8") as file:
            file.write(text)
        os.chown(written, 0, group)
        os.chmod(written, mode)
    before = os.path.join(folder, os.readlink(link)) if os.path.islink(link) else None
    os.symlink(os.path.basename(data), link + ".new")
    os.rename(link + ".new", link)
    for top in {path.split("/")[0] for path in files}:
        if not os.path.islink(os.path.join(folder, top)):
            os.symlink(os.path.join("..data", top), os.path.join(folder, top))
    if before:
        shutil.rmtree(before)
