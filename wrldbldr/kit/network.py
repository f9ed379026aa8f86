"""What this machine is called in its network."""

import socket
from ipaddress import ip_address

ELSEWHERE = ("192.0.2.1", 9)  # an address for documentation: nobody has it, and nothing is sent


def address_in_network() -> str:
    """The address other devices reach it at, as far as its routes tell; empty when it is in no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)  # chooses a route, and sends nothing
            address = str(probe.getsockname()[0])
        except OSError:
            return ""
    return "" if ip_address(address).is_loopback else address
