//! Which addresses a webhook may go to: public ones, unless its table says `allow_private = true`.
//!
//! In: an address or a host's name. Out: whether it is public; a resolver that gives public addresses only, so that
//! a name that changes its answer between a check and a call gains nothing.
//! Never: follows a redirect.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Whether the address can be one on the public internet: not private, loopback, link-local, shared, multicast or reserved.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocols = a == 192 && b == 0 && c == 0;
    let benchmark = a == 198 && (18..20).contains(&b);
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || shared
        || protocols
        || benchmark)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let segments = address.segments();
    // 64:ff9b::/96 and 2002::/16 carry a v4 address inside.
    if segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return is_public_v4(embedded(segments[6], segments[7]));
    }
    if segments[0] == 0x2002 {
        return is_public_v4(embedded(segments[1], segments[2]));
    }
    let documentation = segments[0] == 0x2001 && segments[1] == 0xdb8;
    // Global unicast is 2000::/3; all else is local, multicast or reserved.
    segments[0] & 0xe000 == 0x2000 && !documentation
}

fn embedded(high: u16, low: u16) -> Ipv4Addr {
    let [a, b] = high.to_be_bytes();
    let [c, d] = low.to_be_bytes();
    Ipv4Addr::new(a, b, c, d)
}

/// The host when it is written as an address that is not public, or as `localhost`; names are checked when they are resolved.
pub fn private_host(url: &url::Url) -> Option<String> {
    match url.host()? {
        url::Host::Ipv4(v4) => (!is_public_v4(v4)).then(|| v4.to_string()),
        url::Host::Ipv6(v6) => (!is_public_v6(v6)).then(|| v6.to_string()),
        url::Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            (name == "localhost" || name.ends_with(".localhost")).then_some(name)
        }
    }
}

/// Resolves names with the system's resolver and gives public addresses only.
#[derive(Clone, Copy, Debug)]
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> = found.into_iter().filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("the name leads into a private network".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_told_from_public_ones_in_every_writing() {
        for private in [
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:0a00:0001::1",
            "ff02::1",
        ] {
            assert!(!is_public(private.parse().expect("an address")), "{private}");
        }
        for public in ["1.1.1.1", "203.69.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "100.128.0.1"] {
            assert!(is_public(public.parse().expect("an address")), "{public}");
        }
    }

    #[test]
    fn a_private_host_is_seen_in_the_address_itself() {
        let host = |text: &str| private_host(&url::Url::parse(text).expect("a url"));
        assert_eq!(host("http://2130706433/x"), Some("127.0.0.1".to_owned()));
        assert_eq!(host("http://[::1]:8080/"), Some("::1".to_owned()));
        assert_eq!(host("http://LOCALHOST./"), Some("localhost".to_owned()));
        assert_eq!(host("https://care.example/in"), None);
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_followed() {
        let name = "localhost".parse().expect("a name");
        let error = PublicOnly.resolve(name).await.err().expect("refused");
        assert_eq!(error.to_string(), "the name leads into a private network");
    }
}
