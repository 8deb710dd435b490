"""What a WSGI server and the `flask` command load."""

import gc

gc.disable()  # while all is loaded, which stays: looking through it for garbage takes a quarter of a start

from registry.app import serve  # noqa: E402

app = serve()
