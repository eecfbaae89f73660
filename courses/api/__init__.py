"""What anybody may read of the courses, from any site: public facts, without a key."""

from courses.api.routes import router

__all__ = ["router"]
