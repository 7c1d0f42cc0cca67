//! What a provider of SMS counts: how much of a text fits in a segment.

/// How a provider cuts a text in segments, in septets (GSM-7) and UTF-16 units (UCS-2). The network's own sizes are those
/// of 3GPP TS 23.040; some providers keep a unit of each part for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Perfil {
    /// GSM-7: of a message of one segment, and of each segment of a longer one.
    pub gsm7: (usize, usize),
    /// UCS-2: the same.
    pub ucs2: (usize, usize),
    /// The most segments that it takes.
    pub max_segmentos: u8,
}

impl Perfil {
    /// The sizes of the network.
    pub const REDE: Self = Self { gsm7: (160, 153), ucs2: (70, 67), max_segmentos: 10 };
}
