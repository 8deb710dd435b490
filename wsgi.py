"""What a WSGI server and the `flask` command load."""

from registry.app import serve

app = serve()
