"""A cable between two network namespaces, with a delay and a rate: slow_cable.py NS_A NS_B DELAY_MS
RATE_MBIT. The ends are 10.77.0.1 and 10.77.0.2, on devices named cable; it lies until it is ended.

Two TUN devices, and this process hands on what comes out of one to the other when it is due. (Linux has
netem for that; many kernels are without it.)
"""
import collections
import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

MTU = 60000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000


def end_in(namespace, own, other):
    """A TUN device in the namespace, as a file."""
    with open(f"/var/run/netns/{namespace}") as place:
        if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), CLONE_NEWNET) != 0:
            sys.exit(f"cannot enter {namespace}: {os.strerror(ctypes.get_errno())}")
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", b"cable", IFF_TUN | IFF_NO_PI))
    for words in (f"address add {own} peer {other} dev cable", f"link set cable mtu {MTU} up",
                  "link set lo up"):
        subprocess.run(["ip", *words.split()], check=True)
    return device


class Direction:
    def __init__(self, source, target, delay, bytes_per_second):
        self.source, self.target, self.delay, self.rate = source, target, delay, bytes_per_second
        self.free = 0  # when the cable has sent all that waits
        self.waiting = collections.deque()

    def take(self, now):
        packet = os.read(self.source, MTU + 100)
        self.free = max(self.free, now) + len(packet) / self.rate
        self.waiting.append((self.free + self.delay, packet))

    def hand_on(self, now):
        while self.waiting and self.waiting[0][0] <= now:
            os.write(self.target, self.waiting.popleft()[1])


def main():
    a = end_in(sys.argv[1], "10.77.0.1", "10.77.0.2")
    b = end_in(sys.argv[2], "10.77.0.2", "10.77.0.1")
    delay, rate = float(sys.argv[3]) / 1e3, float(sys.argv[4]) * 1e6 / 8
    directions = [Direction(a, b, delay, rate), Direction(b, a, delay, rate)]
    print("ready", flush=True)
    while True:
        due = min((d.waiting[0][0] for d in directions if d.waiting), default=None)
        pause = None if due is None else max(0, due - time.monotonic())
        ready, _, _ = select.select([a, b], [], [], pause)
        now = time.monotonic()
        for direction in directions:
            if direction.source in ready:
                direction.take(now)
            direction.hand_on(time.monotonic())


main()
