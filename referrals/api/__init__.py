"""What other systems call: MedCom messages and referrals in, how far they are out."""

from referrals.api.routes import router

__all__ = ["router"]
