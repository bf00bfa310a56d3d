"""Photos as evidence: kept by the hash of their content, read for time, place and likeness."""

from geoinspect.photos.folder import PhotoFolder
from geoinspect.photos.reading import Photo, PhotoParams, read_photo

__all__ = ["Photo", "PhotoFolder", "PhotoParams", "read_photo"]
