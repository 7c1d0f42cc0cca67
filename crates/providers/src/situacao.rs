//! What a status says by itself, for every provider alike.

/// What a status that is not a 2xx says of what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recusa {
    /// Not taken; the same may be taken later.
    Temporaria,
    /// Nothing was said of it: too many, not now, who we are, what we may and where we called.
    Indisponivel,
    /// Not taken, and asking again would be answered the same way.
    Permanente,
    /// Nobody can know.
    Incerta,
}

/// Whether the provider says that it did what was asked.
pub(crate) fn success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// What a status that is not a 2xx means. Only what certainly was not taken is called so: behind a 500, a 502 or a 504
/// something may have gone on, and a 409 may speak of the first copy.
pub(crate) fn refused(status: u16) -> Recusa {
    match status {
        425 => Recusa::Temporaria,
        // Too many, not now; and what the next one would be answered too.
        429 | 503 | 401..=407 | 410 | 411 | 421 | 426 | 431 | 300 | 301 | 304 | 305 | 307 | 308 => {
            Recusa::Indisponivel
        }
        408 | 409 => Recusa::Incerta,
        400..=499 => Recusa::Permanente,
        _ => Recusa::Incerta,
    }
}
