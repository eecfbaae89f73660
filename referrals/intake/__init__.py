"""The doors for what others send: MedCom files, and text that somebody pastes."""

from referrals.intake.files import take_file, take_files
from referrals.intake.told import Told, told

__all__ = ["Told", "take_file", "take_files", "told"]
