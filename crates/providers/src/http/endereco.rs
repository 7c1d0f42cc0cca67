//! Which addresses may be called. A URL that somebody configures must not become a way into this network (SSRF).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alcance {
    /// The Internet.
    Publico,
    /// This machine or its private network: only when the configuration allows it.
    Interno,
    /// Never: no provider lives there (link-local with the clouds' metadata, multicast, reserved, disguises of others).
    Proibido,
}

/// Where the clouds answer their machines about themselves, outside link-local.
const METADADOS_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192)];
const METADADOS_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254);

pub(super) fn reach(ip: IpAddr) -> Alcance {
    match ip {
        IpAddr::V4(ip) => reach_v4(ip),
        IpAddr::V6(ip) => reach_v6(ip),
    }
}

fn reach_v4(ip: Ipv4Addr) -> Alcance {
    let [a, b, c, _] = ip.octets();
    match (a, b) {
        _ if METADADOS_V4.contains(&ip) || reserved([a, b, c]) => Alcance::Proibido,
        (10 | 127, _) | (172, 16..32) | (192, 168) | (100, 64..128) => Alcance::Interno,
        _ => Alcance::Publico,
    }
}

/// This network, link-local, protocol assignments, 6to4 relays; benchmarks, documentation; multicast and beyond.
fn reserved(rede: [u8; 3]) -> bool {
    matches!(
        rede,
        [0 | 224.., ..]
            | [169, 254, _]
            | [192, 0, 0 | 2]
            | [192, 88, 99]
            | [198, 18 | 19, _]
            | [198, 51, 100]
            | [203, 0, 113]
    )
}

fn reach_v6(ip: Ipv6Addr) -> Alcance {
    match ip.segments() {
        _ if ip == METADADOS_V6 => Alcance::Proibido,
        [0, 0, 0, 0, 0, 0, 0, 1] => Alcance::Interno,
        [a, ..] if a & 0xfe00 == 0xfc00 => Alcance::Interno,
        // Teredo, ORCHID and documentation; 6to4: they carry other addresses.
        [0x2001, b, ..] if b < 0x0200 || b == 0x0db8 => Alcance::Proibido,
        [0x2002 | 0x3ffe | 0x3fff, ..] => Alcance::Proibido,
        [a, ..] if a & 0xe000 == 0x2000 => Alcance::Publico,
        // Only 2000::/3 is given out: the rest is link-local, multicast, translated IPv4 or nobody's.
        _ => Alcance::Proibido,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_neighbours_of_what_is_refused_are_public() {
        for ip in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.17",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255",
            "192.88.100.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2001:db7::1",
            "2001:db9::1",
            "2600::1",
            "2804:14c::1",
            "3ffd::1",
        ] {
            assert_eq!(reach(ip.parse().unwrap()), Alcance::Publico, "{ip}");
        }
    }

    #[test]
    fn the_edges_of_the_internal_network_are_inside() {
        for ip in [
            "10.0.0.0",
            "10.255.255.255",
            "127.0.0.1",
            "172.16.0.0",
            "172.31.255.255",
            "192.168.0.0",
            "100.64.0.0",
            "100.127.255.255",
            "::1",
            "fc00::",
            "fdff:ffff::",
        ] {
            assert_eq!(reach(ip.parse().unwrap()), Alcance::Interno, "{ip}");
        }
    }
}
