#!/usr/bin/env python3
"""Python, standard library only, over the TCP bridge: consumer.py [HOST PORT [FEED]], the token in $FIRSTLINE_TOKEN."""
import json
import os
import socket
import struct
import sys


def send(bridge, frame):
    data = json.dumps(frame).encode()
    bridge.sendall(struct.pack(">I", len(data)) + data)


def frames(bridge):
    stream = bridge.makefile("rb")
    while len(head := stream.read(4)) == 4:
        yield json.loads(stream.read(struct.unpack(">I", head)[0]))


def main(host="127.0.0.1", port="7000", feed="demo"):
    token = os.environ.get("FIRSTLINE_TOKEN")
    with socket.create_connection((host, int(port))) as bridge:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        send(bridge, {"type": "register", "address": f"firstline.feed.{feed}", "headers": headers})
        expected = 0
        for frame in frames(bridge):
            if frame["type"] == "err":
                sys.exit(f"refused: {frame['message']}")
            message = frame["body"]
            if expected and message["sequence"] > expected:
                print("missed", message["sequence"] - expected, file=sys.stderr)
            expected = message["sequence"] + 1
            late = "late " if message.get("late") else ""
            print(message["sequence"], late + message.get("text", message.get("base64", "")), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
