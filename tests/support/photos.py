"""Pictures as telephones send them: with the place where they were taken, and the camera's own words."""

from io import BytesIO

from PIL import Image

ORIENTATION, CAMERA, PLACE = 0x0112, 0x010F, 0x8825
SECRET = b"Kp. Cikulur RT 02"


def photo(width: int, height: int, kind: str = "PNG", turned: int = 1) -> bytes:
    """A green picture with everything in its file that its owner did not mean to send."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[CAMERA] = turned, SECRET.decode()
    exif[PLACE] = {1: "S", 2: (6.0, 7.0, 8.0)}
    made = BytesIO()
    Image.new("RGB", (width, height), (20, 120, 60)).save(made, kind, exif=exif)
    return made.getvalue()
