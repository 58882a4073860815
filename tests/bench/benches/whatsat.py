"""WHATSAT of a document of 20 kB from the server's cache: beside the floor that sends as many bytes."""

from processes import run as run_program


def run(session):
    if "cache" not in run_program([session.program("herd-server"), "--help"], 10):
        session.report.note("whatsat is left out: this herd-server keeps no answers of Places yet, so "
                            "each WHATSAT asks there")
