"""Raw frames by packet sockets (packet(7)): sends those on standard input, or prints those that a socket hears.

  raw-frames.py send LINK           a frame a line, in hex; prints the number of each line that the kernel refuses, and why
  raw-frames.py listen PROTOCOL...  prints `ready`, then a frame a line: link, `in` or `out`, its octets in hex; a line on
                                    standard input ends it: it prints what was there by then, and how many were lost
"""
import errno
import select
import socket
import struct
import sys

SOL_PACKET, PACKET_STATISTICS, PACKET_AUXDATA, SO_RCVBUFFORCE = 263, 6, 8, 33
TP_STATUS_VLAN_VALID, TP_STATUS_VLAN_TPID_VALID = 1 << 4, 1 << 6
PACKET_OUTGOING = 4


def send(link):
    sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sender.bind((link, 0))
    for number, line in enumerate(sys.stdin):
        try:
            sender.send(bytes.fromhex(line))
        except OSError as error:
            print(number, errno.errorcode[error.errno], flush=True)


def listen(*protocols):
    hearers = [open_hearer(int(protocol, 16)) for protocol in protocols]
    print("ready", flush=True)
    while True:
        readable, _, _ = select.select([*hearers, sys.stdin], [], [])
        for hearer in hearers:
            drain(hearer)
        if sys.stdin in readable:
            break
    statistics = [hearer.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8) for hearer in hearers]
    print("lost", sum(struct.unpack("II", numbers)[1] for numbers in statistics), flush=True)


def open_hearer(protocol):
    hearer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
    hearer.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    hearer.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    hearer.setblocking(False)
    return hearer


def drain(hearer):
    while True:
        try:
            octets, extra, _, (link, _, kind, *_) = hearer.recvmsg(1 << 17, 256)
        except BlockingIOError:
            return
        direction = "out" if kind == PACKET_OUTGOING else "in"
        print(link, direction, with_tag(octets, extra).hex(), flush=True)


def with_tag(octets, extra):
    """The kernel takes the outer VLAN tag out of what it hands over (struct tpacket_auxdata)."""
    for level, kind, data in extra:
        if (level, kind) != (SOL_PACKET, PACKET_AUXDATA):
            continue
        status, _, _, _, _, tci, tpid = struct.unpack_from("IIIHHHH", data)
        if status & TP_STATUS_VLAN_VALID:
            tpid = tpid if status & TP_STATUS_VLAN_TPID_VALID else 0x8100
            return octets[:12] + struct.pack("!HH", tpid, tci) + octets[12:]
    return octets


{"send": send, "listen": listen}[sys.argv[1]](*sys.argv[2:])
