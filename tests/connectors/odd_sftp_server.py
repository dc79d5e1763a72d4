"""Run as `python -m tests.connectors.odd_sftp_server FOLDER KIND`: an SFTP server over a folder that tells little of
its files.

KIND: `windows` says what may be done with a file but not that it is one, `bare` says nothing of that, `timeless` not
when it was changed.
"""

import asyncio
import sys
from collections.abc import AsyncIterator

import asyncssh

from tests.connectors.sftp_server import Server


def files(folder: str, kind: str) -> type[asyncssh.SFTPServer]:
    class Files(asyncssh.SFTPServer):
        def __init__(self, channel: asyncssh.SSHServerChannel) -> None:
            super().__init__(channel, chroot=folder.encode())

        async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
            async for entry in super().scandir(path):
                if kind == "windows":
                    entry.attrs.permissions = (entry.attrs.permissions or 0) & 0o777
                elif kind == "bare":
                    entry.attrs.permissions = None
                elif kind == "timeless":
                    entry.attrs.mtime = None
                yield entry

    return Files


async def main(folder: str, kind: str) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.create_server(
        Server, "127.0.0.1", 0, server_host_keys=[key], sftp_factory=files(folder, kind)
    )
    print(server.get_port(), key.export_public_key().decode().strip(), flush=True)  # noqa: T201 - its answer
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
