"""Where the made-up courses meet: names nobody has heard, on streets that are not there."""

from dataclasses import dataclass
from typing import Any

_LIFT = "Elevator til 1. sal. Handicaptoilet ved indgangen."
_FLAT = "Niveaufri indgang fra parkeringspladsen. Teleslynge i lokalet."
_STAIRS = "Tre trin ved indgangen; ring på, så kommer vi med rampen."
_BELL = "Brug indgangen i gården, og ring på ved «Sundhed»."


@dataclass(frozen=True, slots=True)
class House:
    """A place with its rooms."""

    name: str
    street: str
    postcode: str
    town: str
    access: str
    transport: str
    rooms: tuple[tuple[str, int], ...]

    def columns(self) -> dict[str, Any]:
        """Of its row, apart from its name."""
        named = ("street", "postcode", "town", "access", "transport")
        return {name: getattr(self, name) for name in named}


_ONE = (("Mødelokalet", 14),)
# municipality code -> its places; the first is where its own courses are
HOUSES: dict[str, tuple[House, ...]] = {
    "165": (
        House("Sundhedshuset Birkelund", "Birkelunds Plads 4", "2620", "Albertslund", _LIFT,
              "Ti minutter til fods fra stationen, eller bus 149 til døren.", _ONE),
    ),
    "153": (
        House("Sundhedshuset Kirkebjerg Have", "Havebakken 12", "2605", "Brøndby", _FLAT,
              "Bus 131 til Havebakken. Gratis parkering.", (("Lokale A", 16), ("Lokale B", 10))),
        House("Strandhuset", "Strandsvinget 8", "2660", "Brøndby Strand", _BELL,
              "Fem minutter fra S-toget.", _ONE),
    ),
    "155": (
        House("Skipperhuset", "Skippergården 3", "2791", "Dragør", _STAIRS,
              "Bus 250S til havnen. Parkering ved havnepladsen.", _ONE),
    ),
    "161": (
        House("Sundhedshuset Vestergården", "Vestergårdens Allé 20", "2600", "Glostrup", _LIFT,
              "Letbane og S-tog til Glostrup, derfra otte minutter til fods.", _ONE),
    ),
    "167": (
        House("Sundhedshuset Rebæk", "Rebækparken 2", "2650", "Hvidovre", _FLAT,
              "Fem minutter fra S-toget. Bus 200S til døren. Gratis parkering i to timer.",
              (("Lokale 1", 18), ("Lokale 2", 12), ("Samtalerummet", 4))),
        House("Avedørehuset", "Gammel Byplads 16", "2650", "Hvidovre", _BELL,
              "Bus 133 til Byplads. Cykelparkering i gården.", (("Salen", 24),)),
        House("Hvidovre Apotek (demo)", "Torvegangen 1", "2650", "Hvidovre", _STAIRS,
              "Midt i centret; S-tog og busser ved torvet.", (("Kursuslokalet", 10),)),
    ),
    "169": (
        House("Medborgerhuset Gadekæret", "Gadekæret 30", "2630", "Taastrup", _LIFT,
              "Syv minutter fra S-toget.", (("Store sal", 20), ("Lille sal", 10))),
        House("Kulturhuset Teglværket", "Teglsvinget 5", "2640", "Hedehusene", _FLAT,
              "Lige ved stationen. Gratis parkering.", _ONE),
    ),
    "183": (
        House("Sundhedshuset Landsbyen", "Landsbyvænget 9", "2635", "Ishøj", _FLAT,
              "Bus 300S til Landsbyvænget. Gratis parkering.", _ONE),
    ),
    "187": (
        House("Idrætshuset Syvhøje", "Syvhøjevænget 40", "2625", "Vallensbæk", _FLAT,
              "Bus 149 til Syvhøje. Gratis parkering.", _ONE),
    ),
    "751": (
        House("Sundhedshuset Åparken", "Åparken 11", "8000", "Aarhus C", _LIFT,
              "Letbane til Skolebakken. Betalt parkering på gaden.",
              (("Lokale 101", 18), ("Lokale 102", 12))),
        House("Folkehuset Gellerup Have", "Havegangen 6", "8220", "Brabrand", _FLAT,
              "Bus 4A og 15. Gratis parkering.", _ONE),
    ),
    "741": (
        House("Øens Sundhedshus", "Langgyden 2", "8305", "Samsø", _FLAT,
              "Teletaxi kan bestilles dagen før.", _ONE),
    ),
    "791": (
        House("Sundhedshuset Søbredden", "Søbredden 14", "8800", "Viborg", _LIFT,
              "Ti minutter fra rutebilstationen.", _ONE),
    ),
    "615": (
        House("Sundhedshuset Fjordhaven", "Fjordhaven 7", "8700", "Horsens", _LIFT,
              "Bybus 1 til Fjordhaven. Gratis parkering.", _ONE),
    ),
    "730": (
        House("Sundhedshuset Gudenåen", "Å-promenaden 21", "8900", "Randers C", _STAIRS,
              "Fem minutter fra busterminalen.", _ONE),
    ),
}  # fmt: skip
