"""England's bank holidays, as the ``holidays`` package gives them.

The package loads every country of the world to answer for one, which costs most of a second of CPU: too much for a
tick that finds nothing to do. So its answer for the years that matter stands here as a table, together with the version
that gave it. With another version installed, and for other years, the package itself is asked; a test compares the two.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

MADE_FROM = "0.109"

# Month and day, substitute days included.
TABLE = {
    2020: "0101 0410 0413 0508 0525 0831 1225 1226 1228",
    2021: "0101 0402 0405 0503 0531 0830 1225 1226 1227 1228",
    2022: "0101 0103 0415 0418 0502 0602 0603 0829 0919 1225 1226 1227",
    2023: "0101 0102 0407 0410 0501 0508 0529 0828 1225 1226",
    2024: "0101 0329 0401 0506 0527 0826 1225 1226",
    2025: "0101 0418 0421 0505 0526 0825 1225 1226",
    2026: "0101 0403 0406 0504 0525 0831 1225 1226 1228",
    2027: "0101 0326 0329 0503 0531 0830 1225 1226 1227 1228",
    2028: "0101 0103 0414 0417 0501 0529 0828 1225 1226",
    2029: "0101 0330 0402 0507 0528 0827 1225 1226",
    2030: "0101 0419 0422 0506 0527 0826 1225 1226",
    2031: "0101 0411 0414 0505 0526 0825 1225 1226",
    2032: "0101 0326 0329 0503 0531 0830 1225 1226 1227 1228",
    2033: "0101 0103 0415 0418 0502 0530 0829 1225 1226 1227",
    2034: "0101 0102 0407 0410 0501 0529 0828 1225 1226",
    2035: "0101 0323 0326 0507 0528 0827 1225 1226",
    2036: "0101 0411 0414 0505 0526 0825 1225 1226",
    2037: "0101 0403 0406 0504 0525 0831 1225 1226 1228",
    2038: "0101 0423 0426 0503 0531 0830 1225 1226 1227 1228",
    2039: "0101 0103 0408 0411 0502 0530 0829 1225 1226 1227",
    2040: "0101 0102 0330 0402 0507 0528 0827 1225 1226",
    2041: "0101 0419 0422 0506 0527 0826 1225 1226",
    2042: "0101 0404 0407 0505 0526 0825 1225 1226",
    2043: "0101 0327 0330 0504 0525 0831 1225 1226 1228",
    2044: "0101 0415 0418 0502 0530 0829 1225 1226 1227",
    2045: "0101 0102 0407 0410 0501 0529 0828 1225 1226",
}


@lru_cache(maxsize=128)
def bank_holidays(year: int) -> frozenset[date]:
    """England's bank holidays of a year, substitute days included."""
    if year in TABLE and _installed() == MADE_FROM:
        return frozenset(date(year, int(day[:2]), int(day[2:])) for day in TABLE[year].split())
    return asked_of_the_package(year)


def asked_of_the_package(year: int) -> frozenset[date]:
    """The same from the ``holidays`` package."""
    import holidays  # loaded only when it is needed: see above

    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year).keys())


@lru_cache(maxsize=1)
def _installed() -> str:
    try:
        return version("holidays")
    except PackageNotFoundError:  # frozen into one file: the table was made from what is in there
        return MADE_FROM
