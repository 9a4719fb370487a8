"""Countries as people write them in an address."""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import phonenumbers
from phonenumbers import SUPPORTED_REGIONS

# How addresses and CRMs write countries besides their names.
ALSO_WRITTEN = {
    "US": "usa, us of a, united states of america, america, estados unidos de america",
    "GB": "uk, gbr, great britain, britain, england, scotland, wales, northern ireland",
    "AE": "uae",
    "CA": "can",
    "CD": "democratic republic of the congo, dr congo, drc, congo kinshasa",
    "CG": "republic of the congo, congo brazzaville",
    "CH": "schweiz, suisse, svizzera, switzerland ch",
    "CI": "ivory coast",
    "CN": "peoples republic of china, prc",
    "CV": "cabo verde",
    "CZ": "czechia",
    "DE": "deu, brd, federal republic of germany",
    "FR": "fra",
    "IE": "eire, republic of ireland",
    "KP": "democratic peoples republic of korea, dprk",
    "KR": "republic of korea, korea republic of",
    "MK": "north macedonia",
    "MM": "burma",
    "MX": "mex",
    "NL": "holland, the netherlands",
    "RU": "russian federation",
    "SZ": "eswatini",
    "TR": "turkiye",
    "VA": "holy see, vatican city",
    "VN": "viet nam",
}
EITHER_OF_TWO = {"congo", "korea"}


@lru_cache(maxsize=2000)
def region_of(country: str) -> str | None:
    """The ISO 3166 code of a country by code or name, in any language that phonenumbers names it in; else None.

    Only whole names count, case, accents and punctuation aside: a guess would read a phone number as somebody else's.
    """
    return _regions().get(_folded(country))


@cache
def _regions() -> dict[str, str]:
    """Regions by folded name; a name that two of them have means neither."""
    found: dict[str, set[str]] = {}
    for region, names in _names_by_region().items():
        if region not in SUPPORTED_REGIONS:
            continue
        for name in {region, *(name for name in names.values() if not name.startswith("*"))}:
            found.setdefault(_folded(name), set()).add(region)
    for region, names in ALSO_WRITTEN.items():
        for name in names.split(", "):
            found.setdefault(_folded(name), set()).add(region)
    return {name: one.pop() for name, one in found.items() if len(one) == 1 and name not in EITHER_OF_TWO}


def _names_by_region() -> dict[str, dict[str, str]]:
    """The names of regions by language, as phonenumbers has them: for "DE" {"de": "Deutschland", "en": "Germany", …}.

    Only this file is loaded: importing it as part of its package reads what places all the world's numbers belong
    to, which takes a second and a hundred megabytes in each process (phonenumbers 9.0.43, see findings/).
    """
    path = Path(phonenumbers.__file__).with_name("geodata") / "locale.py"
    spec = spec_from_file_location("phonenumbers.geodata.locale", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.LOCALE_DATA


def _folded(text: str) -> str:
    """Letters and digits only, in lower case and without accents; words apart by one space."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^\w\s]", "", plain).split())
