"""Prints each VRRP router heard on an interface, as JSON: vrrp_listen.py INTERFACE SECONDS.

Says nothing on the wire but the group membership, and takes no address.
"""

import json
import socket
import struct
import sys
import time

GROUP = "224.0.0.18"
PROTOCOL = 112  # RFC 9568 section 5.1.1.4


def main(interface, seconds):
    heard = {}
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, PROTOCOL) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
        membership = socket.inet_aton(GROUP) + struct.pack("=4xi", socket.if_nametoindex(interface))
        receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            receiver.settimeout(left)
            try:
                packet, (source, _) = receiver.recvfrom(2048)
            except socket.timeout:
                break
            advert = packet[(packet[0] & 0x0F) * 4 :]
            if len(advert) >= 8 and advert[0] & 0x0F == 1:
                heard[(source, advert[1])] = {
                    "source": source,
                    "version": advert[0] >> 4,
                    "id": advert[1],
                    "priority": advert[2],
                }
    print(json.dumps(list(heard.values())))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
