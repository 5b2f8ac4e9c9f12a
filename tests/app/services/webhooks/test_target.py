"""Where webhooks may lead."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from app.services.webhooks.target import WebhookTargetError, is_public, require_allowed


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org",
        "file:///etc/passwd",
        "https://user:secret@example.org/",
        "https://example.org/a b",
        "https://example.org:99999/",
        "https://exa mple.org",
        "https://[::1]/",
        "https://example.org\n",
        "//example.org",
    ],
)
def test_what_is_no_address_of_a_receiver_is_refused(url: str) -> None:
    with pytest.raises(WebhookTargetError, match="needs a URL such as"):
        require_allowed(url, private=True)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.1.2.3", "169.254.169.254", "localhost"),
        *("127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0"),
    ],
)
def test_this_machine_and_private_networks_need_the_servers_setting(host: str) -> None:
    require_allowed(f"http://{host}:9000/hook", private=True)
    with pytest.raises(WebhookTargetError, match="SPANNEAL_WEBHOOKS=private"):
        require_allowed(f"http://{host}:9000/hook", private=False)


@pytest.mark.parametrize("url", ["https://example.org", "http://8.8.8.8:8080/a?b=c"])
def test_a_public_address_is_allowed(url: str) -> None:
    require_allowed(url, private=False)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "::", "::1", "fe80::1"),
        *("fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:10.0.0.1", "2002:a00:1::"),
        *("64:ff9b::a00:1", "2001:0:a00:1::", "fec0::1", "::10.0.0.1", "4000::1"),
    ],
)
def test_an_address_that_is_not_on_the_public_internet_is_known(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808"])
def test_a_public_one_is_known_too(address: str) -> None:
    assert is_public(ip_address(address))
