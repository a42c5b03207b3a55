"""An SMTP server on a free loopback port: prints the port, then one line per event on stdout.

Every mail that it takes goes into a file of the given folder. Ends when stdin does.
"""

import argparse
import asyncio
import base64
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


def say(*words):
    print(*words, flush=True)


def protection(session):
    # aiosmtpd notes TLS in a session only when it came by STARTTLS.
    return "tls" if session.ssl or arguments.tls == "implicit" else "clear"


class Keep:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.count = 0
        if arguments.token:
            self.auth_XOAUTH2 = self.with_token

    async def with_token(self, server, args):
        say("token", protection(server.session))
        user, token = arguments.token.split(":")
        expected = f"user={user}\x01auth=Bearer {token}\x01\x01"
        if base64.b64decode(args[1]).decode() == expected:
            return AuthResult(success=True)
        # As Gmail does: the reason comes as a challenge.
        await server.challenge_auth('{"status":"400"}')
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(self, server, session, envelope, address, options):
        say("mail-from", address)
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if arguments.reply:
            return arguments.reply
        self.count += 1
        (self.folder / f"{self.count}.eml").write_bytes(envelope.original_content)
        say("mail", self.count, protection(session))
        return "250 taken"


def authenticator(server, session, envelope, mechanism, data):
    given = f"{data.login.decode()}:{data.password.decode()}"
    say("login", protection(session))
    return AuthResult(success=given == arguments.login, handled=False)


async def serve():
    context = None
    if arguments.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(arguments.certificate, arguments.key)
    implicit = arguments.tls == "implicit"
    keep = Keep(arguments.folder)
    options = {
        "tls_context": context if arguments.tls == "starttls" else None,
        "require_starttls": arguments.tls == "starttls",
        "enable_SMTPUTF8": True,
    }
    if arguments.login or arguments.token:
        options |= {
            "authenticator": authenticator,
            "auth_required": True,
            "auth_require_tls": arguments.tls == "starttls",
        }
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keep, **options), "127.0.0.1", 0, ssl=context if implicit else None
    )
    say("port", server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, sys.stdin.read)


parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--tls", choices=["none", "starttls", "implicit"], default="none")
parser.add_argument("--certificate")
parser.add_argument("--key")
parser.add_argument("--login", help="NAME:PASSWORD")
parser.add_argument("--token", help="NAME:TOKEN")
parser.add_argument("--reply", help="what every mail is answered with, in place of taking it")
arguments = parser.parse_args()
asyncio.run(serve())
