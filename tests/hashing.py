"""Passwords are hashed as in production, by the same algorithm, in a hundredth of the time."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """No test guesses a hash, and every sign-in makes two."""

    time_cost, memory_cost, parallelism = 1, 64, 1
