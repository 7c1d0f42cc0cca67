//! A simulation is the nights that then run: random portfolios, decided day by day and counted by hand.

#[cfg(test)]
mod carteiras;
#[cfg(test)]
mod leis;
