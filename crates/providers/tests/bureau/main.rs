//! What is written for credit bureaus and read from them.

#[cfg(test)]
mod generico;
#[cfg(test)]
mod pefin;
#[cfg(test)]
mod spc;
