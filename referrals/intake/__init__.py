"""The doors for what others send: MedCom files, and text that somebody pastes."""

from referrals.intake.files import take_file, take_files

__all__ = ["take_file", "take_files"]
