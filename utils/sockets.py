"""Sockets that servers listen at."""

import socket

from utils.errors import UserError
from utils.files import reason

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def address(host: str, port: int) -> str:
    """Returns http://HOST:PORT, with the brackets that an IPv6 address needs."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listen(host: str, port: int) -> socket.socket:
    """Opens a listening socket.

    Args:
        host: The address to listen on.
        port: The port; 0 takes a free one.

    Raises:
        UserError: The address cannot be resolved, or the port is taken or not permitted.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UserError(f"host {host}: {reason(error)}") from None
    except UnicodeError:
        raise UserError(f"host {host}: expected labels of 1 to 63 characters between its dots") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise UserError(f"cannot listen at {host}, port {port}: {reason(error)}") from None
    return listener
