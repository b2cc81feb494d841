"""`websockets.broadcast` to every socket:  python -m tests.load.baselines.broadcast PORT"""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

from tests.load.baselines.control import Control, text_of

connections: set[ServerConnection] = set()


async def tell(sequence: int) -> None:
    broadcast(connections, text_of(sequence))


async def handler(connection: ServerConnection) -> None:
    assert connection.request is not None
    if connection.request.path == "/control":
        async for order in connection:
            await connection.send(await Control.obey(str(order), tell))
        return
    connections.add(connection)
    try:
        await connection.wait_closed()
    finally:
        connections.remove(connection)


async def main(port: int) -> None:
    async with serve(handler, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
