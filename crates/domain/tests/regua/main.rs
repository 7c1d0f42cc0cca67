//! The régua decided night by night: laws over random histories, then the rules by their examples.

#[cfg(test)]
mod assignment;
#[cfg(test)]
mod chave;
#[cfg(test)]
mod criteria;
#[cfg(test)]
mod edits;
#[cfg(test)]
mod ends;
#[cfg(test)]
mod freeze;
#[cfg(test)]
mod geradores;
#[cfg(test)]
mod historia;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod laws_places;
#[cfg(test)]
mod laws_time;
#[cfg(test)]
mod laws_walk;
#[cfg(test)]
mod loops;
#[cfg(test)]
mod migration;
#[cfg(test)]
mod model;
#[cfg(test)]
mod mundo;
#[cfg(test)]
mod negotiation;
#[cfg(test)]
mod per_titulo;
#[cfg(test)]
mod reminders;
#[cfg(test)]
mod support;
#[cfg(test)]
mod walk;
