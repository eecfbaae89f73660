"""Collected static files: named by their content, gzipped where that helps."""

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Fonts for browsers nobody has, and maps for debuggers: referred to, hence there, but never big.
_AS_THEY_ARE = ("eot", "ttf", "map", "woff", "woff2", "png", "txt")


class Collected(CompressedManifestStaticFilesStorage):
    """WhiteNoise's own, without Brotli: its best level takes half a minute for a tenth less."""

    keep_only_hashed_files = True

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """gzip alone."""
        kwargs["extensions"] = _AS_THEY_ARE
        return Compressor(use_brotli=False, **kwargs)
