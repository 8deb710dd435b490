"""What a WSGI server and the `flask` command load."""

from registry.app import create_app

app = create_app()
