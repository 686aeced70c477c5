"""An echo server on asyncio's protocols and uvloop with its defaults, written as its users write it."""
import asyncio
import sys

import uvloop

from control import answer

# asyncio's own, 100, is fewer than the clients that come at once.
BACKLOG = 1024


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=BACKLOG)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    requests = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    while line := await requests.readline():
        print(answer(line.rstrip()).decode(), flush=True)


uvloop.install()
asyncio.run(main())
