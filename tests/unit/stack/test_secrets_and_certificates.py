"""Secrets are made once, kept private and never replaced; certificates serve the names that clients verify."""

import datetime as dt
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from stack import certificates, secret_files
from stack.model import Stack


def test_every_secret_is_readable_by_its_owner_only(stack: Stack) -> None:
    secret_files.make_all(stack.var)
    for name in secret_files.SECRETS:
        mode = stat.S_IMODE(stack.secret_file(name).stat().st_mode)
        assert mode == 0o600, name


def test_a_second_start_keeps_the_secrets(stack: Stack) -> None:
    secret_files.make_all(stack.var)
    before = {name: stack.secret_file(name).read_bytes() for name in secret_files.SECRETS}
    stack.secret_file("redis").chmod(0o644)
    secret_files.make_all(stack.var)
    assert before == {name: stack.secret_file(name).read_bytes() for name in secret_files.SECRETS}
    assert stat.S_IMODE(stack.secret_file("redis").stat().st_mode) == 0o600


def test_no_two_secrets_are_the_same(stack: Stack) -> None:
    secret_files.make_all(stack.var)
    values = [stack.secret_file(name).read_bytes() for name in secret_files.SECRETS]
    assert len(values) == len(set(values))


def test_the_master_key_has_32_raw_bytes(stack: Stack) -> None:
    secret_files.make_all(stack.var)
    assert len(stack.secret_file("master_key").read_bytes()) == 32


def test_a_secret_that_is_not_in_the_table_is_an_error(stack: Stack) -> None:
    with pytest.raises(KeyError):
        stack.secret("no_such_secret")


def test_the_server_certificate_is_signed_by_the_stacks_authority(stack: Stack) -> None:
    certificates.ensure(stack)
    authority = x509.load_pem_x509_certificate(stack.ca_file.read_bytes())
    server, *chain = x509.load_pem_x509_certificates(stack.certificate_file.read_bytes())
    server.verify_directly_issued_by(authority)
    assert chain == [authority]
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == set(certificates.SERVER_NAMES)
    assert isinstance(server.public_key(), ec.EllipticCurvePublicKey)
    assert stat.S_IMODE(stack.ca_key_file.stat().st_mode) == 0o600


def test_certificates_are_kept_until_close_to_their_end(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates.ensure(stack)
    authority, server = stack.ca_file.read_bytes(), stack.certificate_file.read_bytes()
    certificates.ensure(stack)
    assert stack.certificate_file.read_bytes() == server
    monkeypatch.setattr(
        certificates, "RENEW_BEFORE", certificates.SERVER_LIFE + dt.timedelta(days=1)
    )
    certificates.ensure(stack)
    assert stack.certificate_file.read_bytes() != server
    assert stack.ca_file.read_bytes() == authority


def test_a_new_authority_renews_the_server_certificate(stack: Stack) -> None:
    certificates.ensure(stack)
    before = stack.certificate_file.read_bytes()
    stack.ca_file.unlink()
    certificates.ensure(stack)
    assert stack.certificate_file.read_bytes() != before
