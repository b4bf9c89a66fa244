"""How a server is trusted, and how it trusts us: one TLS context from files."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from dashgen.errors import InputError, Location, Problem


@dataclass(frozen=True, slots=True)
class Tls:
    """``ca`` replaces the system's authorities; ``cert`` and ``key`` are ours; ``insecure`` trusts everybody."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    insecure: bool = False


def context(tls: Tls) -> ssl.SSLContext:
    """The TLS context.

    Raises:
        InputError: for files that are missing, no certificates, or do not belong together.
    """
    if tls.key and not tls.cert:
        raise _problem("--key-file", "given without --cert-file", "both, or neither", "name the certificate, too")
    if tls.insecure and tls.ca:
        raise _problem("--insecure", "given beside --ca-file", "one of them", "remove --insecure")
    try:
        made = ssl.create_default_context(cafile=tls.ca)
    except (OSError, ValueError) as error:
        raise _unusable(tls.ca, error, "certificates of authorities in PEM") from None
    if tls.cert:
        try:
            # A callback, for OpenSSL would ask the terminal for the password of an encrypted key.
            made.load_cert_chain(tls.cert, tls.key, password=lambda: "")
        except (OSError, ValueError) as error:
            expected = "a certificate and its key in PEM, the key without a password"
            raise _unusable(tls.key or tls.cert, error, expected) from None
    if tls.insecure:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def _unusable(path: Path | None, error: OSError | ValueError, expected: str) -> InputError:
    reason = "no such file" if isinstance(error, FileNotFoundError) else getattr(error, "strerror", None) or "unusable"
    if isinstance(error, ssl.SSLError):
        reason = f"not usable ({error.reason or 'TLS error'})"
    return _problem(str(path), reason, expected, "check the file")


def _problem(where: str, found: str, expected: str, action: str) -> InputError:
    return InputError([Problem(Location(where), found, expected, action)])
