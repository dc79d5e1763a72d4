"""Run as `python -m tests.connectors.sftp_server FOLDER`: asyncssh's own SFTP server over a folder; prints its port
and host key.
"""

import asyncio
import sys

import asyncssh

USER, PASSWORD = "sample", "a password of the tests"


class Server(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:  # noqa: ARG002 - the library's word
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


async def main(folder: str) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.create_server(
        Server,
        "127.0.0.1",
        0,
        server_host_keys=[key],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=folder.encode()),
    )
    print(server.get_port(), key.export_public_key().decode().strip(), flush=True)  # noqa: T201 - its answer
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
