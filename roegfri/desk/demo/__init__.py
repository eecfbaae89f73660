"""The trial's made-up world: who signs in, and half a year of referrals. Never real people."""

from roegfri.desk.demo.staff import PASSWORD, signins

__all__ = ["PASSWORD", "signins"]
