"""How far it is from one place to another. No database, no map: the crow's way."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

_EARTH_DIAMETER_KM = 12_742


@dataclass(frozen=True, slots=True)
class Place:
    """Where a postcode is, in degrees; `estimated`: it is that of the nearest postcode we know."""

    latitude: float
    longitude: float
    estimated: bool = False

    def km_to(self, other: "Place") -> float:
        """Kilometres as the crow flies (haversine); a road is some third longer."""
        north, south = radians(self.latitude), radians(other.latitude)
        across = radians(other.longitude - self.longitude)
        arc = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(across / 2) ** 2
        return _EARTH_DIAMETER_KM * asin(sqrt(arc))
